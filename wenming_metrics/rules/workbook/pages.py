"""One rule set as the pages of a workbook that an office can edit.

Only cells are known here; `export` writes them as an xlsx file, `workbook` makes files of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wenming_metrics.rules.composite import PROFILE
from wenming_metrics.rules.load import COMPOSITE
from wenming_metrics.rules.loop import BY, MOVES
from wenming_metrics.rules.model import Catalogue
from wenming_metrics.rules.paths import flatten, spell
from wenming_metrics.rules.settings_table import (
    AVERAGE_WORDS,
    MISSING_WORDS,
    MODE_WORDS,
    RULES,
    SETTLEMENT_WORDS,
)
from wenming_metrics.rules.survey.model import FILE as SURVEY
from wenming_metrics.rules.survey.settings_table import spell_path
from wenming_metrics.rules.tables import PRICED_STATES, PRICES, TABLES
from wenming_metrics.rules.workbook import convert
from wenming_metrics.rules.workbook.convert import UNCOUNTED, Cell, Heading
from wenming_metrics.rules.workbook.parts import SETTINGS, Parts
from wenming_metrics.vocabulary import SOURCES

VALUE = "值"


@dataclass(frozen=True)
class Page:
    """One sheet: its title, what to know first, its columns and rows.

    levels - per row how far its name is set in; offers - row -> what its value may be
    """

    title: str
    hint: str
    headings: tuple[Heading, ...]
    rows: list[list[Cell]]
    levels: tuple[int, ...] = ()
    offers: Mapping[int, Sequence[str]] = field(default_factory=dict)


SHEETS: dict[str, tuple[str, str, tuple[Heading, ...]]] = {
    SETTINGS: (
        "说明与约定",
        "一行一项约定。改“值”一列；空着的按“可选值”里的缺省。榜单、名单要增加一张，照样添几行，序号顺延。",
        (
            Heading("", "设置", 22),
            Heading("value", VALUE, 34),
            Heading("", "含义", 46),
            Heading("", "可选值", 40),
            Heading("path", "代号", 26),
        ),
    ),
    "indicators.csv": (
        "指标体系",
        "一行一个指标，上级空着的是第一层。同一上级下的权重合计应为 100（最右一列自动合计）。末级不写计分方式即按得分率。",
        (
            Heading("code", "编号", 11),
            Heading("name", "名称", 30),
            Heading("parent", "上级编号", 11),
            Heading("weight", "权重", 9),
            Heading("mode", "计分方式", 17, MODE_WORDS),
            Heading("average", "平均", 11, AVERAGE_WORDS),
            Heading("settlement", "结算周期", 11, SETTLEMENT_WORDS),
            Heading("full_mark", "满分", 8),
            Heading("table", "分档表", 14),
            Heading("fact", "数据来源", 22),
            Heading("missing", "缺项", 20, MISSING_WORDS),
            Heading("method", "测评方法", 12),
            Heading("lead", "牵头单位", 20),
            Heading("responsible", "责任单位", 36),
            Heading("note", "备注", 30),
        ),
    ),
    "items.csv": (
        "测评项归属",
        f"测评项归到哪一个末级指标；点位类型空着表示全部。归到“{UNCOUNTED}”或空着的只记录、交办，不计分。",
        (
            Heading("item", "测评项编号", 13),
            Heading("", "测评项", 34),
            Heading("point_types", "点位类型", 40),
            Heading("indicator", "指标编号", 11),
            Heading("", "指标", 28),
        ),
    ),
    TABLES: (
        "分档表",
        "同一张表的各行从高到低，符合前一行就不看后一行，最后一行不写条件。达标的表写目标值、每低多少、扣几分，只写一行。",
        (
            Heading("table", "表名", 16),
            Heading("label", "档次", 12),
            Heading("rate", "得分率", 10),
            Heading("min_rate", "得分率不低于", 13),
            Heading("max_lost", "扣分不超过", 12),
            Heading("max_single", "单项扣分不超过", 15),
            Heading("min_value", "数值不低于", 12),
            Heading("target", "目标值", 10),
            Heading("per", "每低多少", 10),
            Heading("loss", "扣几分", 10),
        ),
    ),
    PRICES: (
        "扣分标准",
        "来源、程度空着表示任何一种。几种状态并存时取最高还是相加，见“说明与约定”。",
        (
            Heading("source", "来源", 14, SOURCES),
            Heading("state", "状态", 14, dict(zip(PRICED_STATES, PRICED_STATES, strict=True))),
            Heading("severity", "程度", 12),
            Heading("points", "扣分", 10),
        ),
    ),
    MOVES: (
        "整改流转",
        "一行一步：从哪个状态、办什么、到哪个状态（空着：状态不变）。空着整张表，按随软件的流转办。几个状态、几个必填项用 | 分开。",
        (
            Heading("from", "从状态", 30),
            Heading("act", "办理事项", 16),
            Heading("to", "到状态", 12),
            Heading("by", "由谁办", 14, BY),
            Heading("needs", "必填", 26),
            Heading("kind", "性质", 12),
        ),
    ),
    COMPOSITE: (
        "综合考核",
        "一行一项，路径里的 [1]、[2] 是第几个。不做综合考核的空着。",
        (Heading("path", "路径", 34), Heading("value", VALUE, 44), Heading("", "含义", 56)),
    ),
    SURVEY: (
        "两率一度",
        "问什么、哪些回答算数、各项指标怎样算。一行一项，question 是题目，option 是选项，rate 是指标。题目、选项的代号 code 不要改。不做问卷调查的空着。",
        (Heading("path", "路径", 34), Heading("value", VALUE, 44), Heading("", "含义", 56)),
    ),
}
"""Per file of a rule set: title of its sheet, what to know first, its columns."""


def pages_of(parts: Parts, catalogue: Catalogue) -> list[Page]:
    """Lay a rule set out as the pages of a workbook."""
    rows = {
        SETTINGS: _settings_rows(parts.settings),
        "items.csv": convert.item_rows(parts, catalogue),
        COMPOSITE: [
            [path, spell(value), _spell_profile_path(path)]
            for path, value in flatten(parts.composite)
        ],
        SURVEY: [
            [path, spell(value), spell_path(parts.survey, path)]
            for path, value in flatten(parts.survey)
        ],
    }
    pages = []
    for file, (title, hint, headings) in SHEETS.items():
        lines = parts.lines.get(file, ())
        plain = [[_shown(line.get(h.name, ""), h) for h in headings] for line in lines]
        offers = _offers(rows[SETTINGS]) if file == SETTINGS else {}
        levels = convert.levels(parts.indicators) if file == "indicators.csv" else ()
        pages.append(Page(title, hint, headings, rows.get(file, plain), levels, offers))
    return pages


def _shown(text: str, heading: Heading) -> Cell:
    if heading.name in convert.NUMBERS:
        return convert.number_or_text(text)
    if heading.name == "responsible":
        return text.replace("|", "、") if "、" not in text else f"{text}|"
    return heading.words.get(text, text) or None


def _spell_profile_path(path: str) -> str:
    """Say what a setting of a profile means: `profile[1].period` -> 「周期:month 月…」."""
    setting = PROFILE.find(path.partition(".")[2])
    return f"{setting.title}：{setting.meaning}" if setting else ""


def _settings_rows(settings: Mapping) -> list[list[Cell]]:
    """List what is set, and between it what could be set, in the order of the table."""
    written = dict(flatten(settings))
    rows = []
    for setting in RULES.settings:
        if "[]" in setting.path:
            continue  # a list's tables stay together, below
        paths = [path for path in written if RULES.find(path) is setting]
        rows += [convert.setting_row(path, written.pop(path), setting) for path in paths]
        if not paths and setting.kind != "numbers":
            rows.append(convert.setting_row(setting.path, None, setting))
    if not any(path.startswith("lists.group") for path in written):
        written |= dict.fromkeys(f"lists.group[1].{name}" for name in ("group", "front", "back"))
    return rows + [convert.setting_row(p, v, RULES.find(p)) for p, v in written.items()]


def _offers(rows: Sequence[Sequence[Cell]]) -> dict[int, Sequence[str]]:
    settings = {number: RULES.find(str(row[-1])) for number, row in enumerate(rows)}
    return {
        number: tuple(setting.words.values())
        for number, setting in settings.items()
        if setting and setting.words and setting.kind != "choices"
    }
