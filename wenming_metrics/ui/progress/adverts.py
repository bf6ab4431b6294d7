"""公益广告 on the page: who has too few, by type and by unit, then site by site with its row."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.adverts import advert_form, advert_sums, adverts
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.progress.source_row import FormOffer, draw_lines

_FIGURES = (
    *("sites=advert_sites", "asked=advert_asked", "below=advert_below", "count=adverts"),
    *("damaged=adverts_damaged", "whole=adverts_whole", "needed=adverts_needed"),
    *("missing=adverts_missing", "whole_rate", "per_stretch"),
)
COLUMNS = (
    *("site=site_name", "point_type=point_type_name", "unit_name", "period=metric_period"),
    *("length=advert_length", "required=advert_required", "count=adverts"),
    *("damaged=adverts_damaged", "whole=adverts_whole", "needed=adverts_needed"),
    *("missing=adverts_missing", "standing"),
)
_LINES = tables.configs(*COLUMNS, *tables.SOURCE)
_OFFER = FormOffer("下载公益广告（可填写后再上传）", "adverts", "公益广告", "数量、破损数或要求")
_BY = {"点位类型": ("point_type", "point_type=point_type_name"), "单位": ("unit_name", "unit_name")}


def draw(office: Office) -> None:
    """Draw what each site has against what the office asks of its type."""
    lines = ask(adverts, shared=True)
    if lines.empty:
        page.note("还没有公益广告的统计。在“数据上传”里上传公益广告表；空白表也在那里下载。")
        return
    page.say(_sentence(lines))
    with page.row():
        by = page.switch("按什么合计", list(_BY), "advert_by")
    cache.draw(_draw_sums, by)
    page.note(
        "每百米要求是本单位自己定的数，不是上级标准：表里只写点位类型和每百米要求数的一行就是。"
    )
    draw_lines(
        office, lines, _LINES, "work-adverts", _OFFER, lambda shown: advert_form(office, shown)
    )


def _draw_sums(office: Office, by: str) -> None:
    column, title = _BY[by]
    tables.show(
        advert_sums(ask(adverts, shared=True), column), tables.configs(title, *_FIGURES), 10
    )


def _sentence(lines: pd.DataFrame) -> str:
    short, asked = lines[lines["missing"] > 0], int(lines["needed"].notna().sum())
    whole, count = lines["whole"].sum(), lines["count"].sum()
    bases = f"{len(lines)}个点位公益广告{count:,}处，完好{whole:,}处"
    if not asked:
        return f"{bases}；都没有写长度和要求，说不出够不够。"
    if short.empty:
        return f"{bases}；有要求的{asked}个点位都够。"
    sites = "、".join(words.plain(name) for name in short["site"].head(3))
    more = "等" if len(short) > 3 else ""
    return f"{bases}；有要求的{asked}个点位中**{len(short)}个**不够，还缺{short['missing'].sum():,}处：{sites}{more}。"
