"""台账材料 on the page: what is missing and with whom, the matrix, each material with its row."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from wenming_metrics.decisions.material_files import ENDINGS, LARGEST, hand_in_file
from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.document_checks import (
    deadline_calendar,
    document_doubts,
)
from wenming_metrics.queries.progress.documents import (
    CITY,
    document_form,
    document_matrix,
    document_rates,
    documents,
    reminders,
)
from wenming_metrics.queries.progress.material_files import (
    material_content,
    material_files,
    material_keys,
)
from wenming_metrics.ui.frame import cache, navigation, page, tables, words
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.cards import Card, draw_cards
from wenming_metrics.ui.progress.source_row import FormOffer, draw_lines

_ALL, _LATE, _DOUBTED = "全部", "逾期", "需要核对"
_RATES = tables.configs(
    *("unit_name", "owed", "handed", "handed_rate", "passed", "passed_rate"),
    *("fell_due=document_due", "in_time=document_in_time", "in_time_rate", "overdue=overdue_items"),
)
_LINES = tables.configs(
    *("document", "unit_name", "state=document_now", "due=due_written", "days_late"),
    "files=material_files",
    *("doubts=document_doubts", "kind=document_kind", "rounds_text=document_rounds", "lead"),
    *tables.SOURCE,
)
_CALENDAR = tables.configs(
    *("due=due_written", "days_left=document_days_left", "documents=documents_due"),
    "units=documents_of",
)
_OFFER = FormOffer("下载这些材料（可填写后再上传）", "document", "台账材料", "状态、报送时间")
_MATRIX = tables.configs("document")


def draw(office: Office) -> None:
    """Draw 台账材料 as of today."""
    as_of = today()
    ledgers = ask(_ledgers, as_of)
    if not ledgers:
        page.note("还没有台账材料。在“数据上传”里上传材料责任分解或进度表；空白表也在那里下载。")
        return
    ledgers = [name for name in ledgers if name]
    ledger = _ALL
    if len(ledgers) > 1:  # 网上申报, 未成年人 ...
        ledger = page.select("哪本台账", [_ALL, *ledgers], "work_ledger", width=320)
    cache.draw(_draw_overview, as_of, ledger)
    _draw_lines(office, as_of, ledger)
    _draw_reminders(ask(_reminders, as_of, ledger))


def _ledgers(office: Office, as_of: date) -> list[str]:
    return list(office.recall(office, documents, as_of)["project"].unique())


def _of_ledger(office: Office, as_of: date, ledger: str) -> pd.DataFrame:
    materials = office.recall(office, documents, as_of)
    return materials if ledger == _ALL else materials[materials["project"] == ledger]


def _doubted(office: Office, as_of: date, ledger: str, test_day: date) -> pd.DataFrame:
    """Give the documents of a ledger, the latest first, with doubts and how many files are kept of each."""
    materials = _of_ledger(office, as_of, ledger)
    counts = material_files(office)["material"].value_counts().to_dict()
    keys = material_keys(materials)
    flagged = materials.assign(
        doubts=document_doubts(materials, test_day),
        material=keys,
        files=[counts.get(key, 0) for key in keys],
    )
    return flagged.sort_values("days_late", ascending=False, kind="stable")


def _reminders(office: Office, as_of: date, ledger: str) -> pd.DataFrame:
    return reminders(_of_ledger(office, as_of, ledger), as_of)


def _draw_overview(office: Office, as_of: date, ledger: str) -> None:
    materials = ask(_of_ledger, as_of, ledger, shared=True)
    rates = document_rates(materials)
    city = rates.iloc[0]
    page.say(_sentence(rates))
    draw_cards(
        [
            _card("报送率", city["handed"], city["owed"], "应报"),
            _card("通过率", city["passed"], city["handed"], "已报"),
            _card("按期报送率", city["in_time"], city["fell_due"], "已到期"),
            Card("逾期", f"{city['overdue']}", "项", (f"截至{as_of:%Y-%m-%d}",)),
        ]
    )
    st.subheader("各单位")
    tables.show(rates, _RATES, 12)
    with page.fold("材料与单位、报送日历", "materials"):
        _draw_matrix(materials)
        _draw_calendar(materials)


def _draw_matrix(materials: pd.DataFrame) -> None:
    st.subheader("材料与单位")
    matrix = document_matrix(materials)
    columns = _MATRIX | {
        name: {"label": name or "未写明单位", "width": 110} for name in matrix.columns[1:]
    }
    tables.show(matrix, columns, 14)


def _card(label: str, count: int, base: int, base_name: str) -> Card:
    value = f"{100 * count / base:.1f}" if base else "—"
    return Card(label, value, "%" if base else "", (f"{count}/{base_name}{base}",))


def _sentence(rates: pd.DataFrame) -> str:
    late = rates[(rates["unit_name"] != CITY) & (rates["overdue"] > 0)]
    if late.empty:
        return "没有逾期未报的材料。"
    in_words = "、".join(
        f"{words.plain(line.unit_name or '未写明单位')}{line.overdue}项"
        for line in late.head(3).itertuples()
    )
    some = "等" if len(late) > 3 else ""
    return f"**{rates['overdue'].iloc[0]}项**材料逾期：{in_words}{some}。"


def _draw_calendar(materials: pd.DataFrame) -> None:
    coming = deadline_calendar(materials, today())
    if coming.empty:
        return
    st.subheader("报送日历")
    tables.show(coming, _CALENDAR, 8)


def _draw_lines(office: Office, as_of: date, ledger: str) -> None:
    st.subheader("逐项")
    with page.row("work-which"):
        in_address = st.query_params.get("work_test_day")
        page.hold("work_test_day", today(), today().isoformat())
        test_day = st.date_input(
            "测评开始日期",
            None,
            format="YYYY-MM-DD",
            key="work_test_day",
            bind="query-params",
            width=200,
            help="材料的形成日期应在测评前十二个月内。",
        )
        test_day = test_day or today()
        navigation.remark("测评开始日期", in_address, test_day.isoformat())
        materials = ask(_doubted, as_of, ledger, test_day, shared=True)
        units = [_ALL, *materials["unit_name"].unique()]
        unit = page.select("单位", units, "work_unit", width=200)
        states = [_ALL, _LATE, _DOUBTED, *materials["state"].unique()]
        state = page.select("状态", states, "work_state", width=200)
    lines = materials if unit == _ALL else materials[materials["unit_name"] == unit]
    if state != _ALL:
        masks = {_LATE: lines["overdue"], _DOUBTED: lines["doubts"] != ""}
        lines = lines[masks.get(state, lines["state"] == state)]
    doubted = int((lines["doubts"] != "").sum())
    to_check = f"，其中{doubted}项需要核对" if doubted else ""
    page.note(f"{len(lines)}项{to_check}。点一行，看原表里的这一行。")
    key = f"work-documents-{unit}-{state}"
    picked = draw_lines(office, lines, _LINES, key, _OFFER, document_form)
    if picked is not None:
        handed_in = material_files(office)
        of_line = handed_in[handed_in["material"] == picked["material"]]
        _draw_files(office, picked["material"], of_line)


def _draw_files(office: Office, material: str, handed_in: pd.DataFrame) -> None:
    """Draw the files of a material, and where more are handed in."""
    st.subheader("材料文件")
    tell_done()
    if handed_in.empty:
        page.note("还没有交文件。")
    for line in handed_in.itertuples():
        facts = f"{line.size / 1_000_000:.1f} MB，{line.who}，{line.at[:16].replace('T', ' ')}"
        page.note(words.plain(f"{line.name}（{facts}）"))
        page.download(
            "下载这份文件",
            lambda digest=line.digest: material_content(office, digest),
            line.name,
            "application/octet-stream",
            f"file-material-{line.Index}",
        )
    if not office.viewer.may("入库"):
        return
    who = page.ask_who("材料文件")
    upload = st.file_uploader(
        "交材料文件",
        list(ENDINGS),
        key=f"material-{material}",
        max_upload_size=LARGEST // 1_000_000,
    )
    button(
        "收下这份文件",
        "material-add",
        lambda: hand_in_file(office, material, upload.name, upload.getvalue(), who),
        lambda name: f"已收下 {name}。",
        disabled=not (who and upload),
        lacking="请先填写经办人、选好文件",
    )


def _draw_reminders(lines: pd.DataFrame) -> None:
    if lines.empty:
        return
    st.subheader("催办")
    with page.row():
        units = lines["unit_name"].tolist()
        unit = page.select("催哪个单位", units, "work_remind", usual=units[0], width=200)
    st.code(lines.loc[lines["unit_name"] == unit, "text"].iloc[0], language=None, wrap_lines=True)
