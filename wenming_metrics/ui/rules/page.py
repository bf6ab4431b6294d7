"""The tree of a version of the rules: weights, methods, who is responsible, items, conventions."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import today
from wenming_metrics.queries import framework as queries
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.definitions import answer_lines, example_lines, rate_lines
from wenming_metrics.revising.books import files_of_version
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.rules.survey.load import load_surveys
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.rules.survey.wording import CITY_WORDS, WAVE_WORDS, spell_margins
from wenming_metrics.rules.workbook.pages import Page, pages_of
from wenming_metrics.rules.workbook.parts import parts_of
from wenming_metrics.runtime import settings
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.vocabulary import Column

TREE, STEPS, VERSIONS, CHANGE = "指标和权重", "得分怎样算出来", "各版办法", "修改和发布"
OWN, WEIGHTS = "本单位测评项", "权重影响"
_PARTS = (TREE, STEPS, WEIGHTS, VERSIONS, OWN, CHANGE)
_SHOWN = ("说明与约定", "分档表", "扣分标准", "综合考核")
_TREE = tables.configs(
    *("shown=indicator", "share", "weight=sibling_weight", "how", "code", "items", "lead"),
    *("responsible", "method"),
)
_ITEMS = tables.configs("code", "name=item", "full_mark", "point_types")
_ANSWERS = tables.configs(
    *("question", "kind=question_kind", "option", "aliases", "state=answer_state"),
    "counted=rate_words",
)


def choose(office: Office) -> tuple[RuleSet, str]:
    """Draw the controls: which version, and what to see of it."""
    by_id = {rule_set.id: rule_set for rule_set in cache.rule_sets()}
    titles = {
        name: f"{rule_set.short}（版本 {rule_set.version}）" for name, rule_set in by_id.items()
    }
    with page.row("controls"):
        view = page.switch("看什么", _PARTS, "rules_part")
        chosen = page.select(
            "哪一版",
            list(by_id)[::-1],
            "rules_version",
            usual=office.rules.id,
            format_func=titles.get,
            width=260,
        )
    return by_id[chosen], view


def sentence(office: Office, rules: RuleSet) -> str:
    """Say which version this is, since when it is in force and how large it is."""
    tops = int((rules.nodes["level"] == 1).sum())
    items = queries.items_of(rules, office.catalogue)
    silent = items.loc[items["node"] < 0, "code"].nunique()
    used = {True: "正在使用"}.get(rules.id == office.rules.id, "")
    used = used or ("还没有施行" if rules.effective_from > today() else "不是现行的一版")
    return (
        f"**{words.plain(rules.title)}**，版本 {words.plain(rules.version)}，"
        f"{rules.effective_from:%Y年%-m月%-d日}起施行，{used}。"
        f"{tops} 个一级指标，{len(rules.leaves)} 条末级指标；{silent} 个测评项有不计分的情形。"
    )


def draw(office: Office, rules: RuleSet) -> None:
    """Draw the tree with its search, the items of a picked indicator, and the conventions."""
    origin = f"依据：{rules.source} · 编号 {rules.id} · 内容摘要 {rules.digest[:12]}"
    page.note(words.plain(origin))
    lines, items = queries.tree(rules), queries.items_of(rules, office.catalogue)
    wanted = st.text_input(
        "查找",
        key="rules_search",
        bind="query-params",
        placeholder="指标、测评项、单位，如 井盖",
        width=320,
    )
    matches = queries.search(lines, items, wanted)
    if matches.empty:
        page.note("没有找到。换一个词试试。")
    else:
        page.note("点一行，看归到它的测评项。")
        key = f"tree-{rules.digest[:12]}-{wanted}"
        ids = matches["code"].astype(str).tolist()
        picked = tables.pick(_shown(matches, items), _TREE, key, 18, param="rules_node", ids=ids)
        if picked is not None:
            _draw_node(matches.iloc[picked], items)
    _draw_uncounted(items)
    _draw_pages(rules)
    _draw_surveys(rules.survey)


def _shown(lines: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    counts = items.groupby("node")["code"].nunique()
    indent = ["\u3000" * (level - 1) for level in lines["level"]]
    return lines.assign(
        shown=[f"{space}{name}" for space, name in zip(indent, lines["name"], strict=True)],
        share=lines["share"] * 100,
        weight=lines["weight"] * 100,
        items=lines["node"].map(counts).astype("Int64"),
    )


def _draw_node(line: pd.Series, items: pd.DataFrame) -> None:
    with st.container(border=True, key="node-panel"):
        st.markdown(f"#### {words.plain(line['code'])} {words.plain(line['name'])}")
        remarks = [f"计分：{line['how']}"]
        remarks += [f"责任单位：{line['responsible']}"] if line["responsible"] else []
        remarks += [f"备注：{line['note']}"] if line["note"] else []
        page.note(words.plain("；".join(remarks)))
        node_items = items[items["node"] == line["node"]]
        if len(node_items):
            tables.show(_everywhere(node_items), _ITEMS, 10)
        elif line["is_leaf"]:
            page.note("没有测评项归到它。")


def _everywhere(items: pd.DataFrame) -> pd.DataFrame:
    return items.assign(point_types=items["point_types"].replace("", "全部"))


def _draw_uncounted(items: pd.DataFrame) -> None:
    """List the items that no indicator takes."""
    left = items[items["node"] < 0]
    if len(left):
        with st.expander(f"不计分的测评项（{len(left)} 项）：只记录、交办"):
            tables.show(_everywhere(left), _ITEMS, 10)


def _pages_of(office: Office, rules_id: str) -> list[Page]:
    rule_parts = parts_of(files_of_version(settings.load().data, rules_id))
    return list(pages_of(rule_parts, office.catalogue))


def _draw_pages(rules: RuleSet) -> None:
    """Show conventions and tables as the workbook has them, without what is not set."""
    for sheet in ask(_pages_of, rules.id, wait=False):
        if sheet.title in _SHOWN and sheet.rows:
            with st.expander(sheet.title):
                _draw_page(sheet)


def _draw_page(sheet: Page) -> None:
    names = [heading.title for heading in sheet.headings]
    frame = pd.DataFrame(sheet.rows, columns=names).astype(object)
    if "含义" in names:
        frame = frame.loc[frame["值"].notna(), ["设置", "值", "含义"]]
    texts = frame.map(lambda cell: "" if cell is None or pd.isna(cell) else f"{cell}")
    tables.show(texts, {name: tables.config(Column(name, name)) for name in texts}, 14)


def _draw_surveys(survey: Survey | None) -> None:
    """Draw what a version of the rules says of surveys, and how other places do it."""
    if survey is not None:
        with st.expander("两率一度：各项指标怎样算"):
            _draw_survey(survey)
    examples = example_lines(load_surveys(settings.load().data / "surveys"))
    if examples.empty:
        return
    with st.expander("两率一度：别处的算法举例"):
        page.note(
            "各地示例，仅供参考，不是国家标准。同样的回答按不同算法得出的数不同，不能互相比较。"
        )
        for (city, source), example in examples.groupby(["place", "source"], sort=False):
            _draw_line(city, "；".join(example["made"]) + f"。来源：{source}")


def _draw_survey(survey: Survey) -> None:
    limits, people = survey.limits, spell_margins(survey)
    definition = (
        f"{survey.title}，{WAVE_WORDS[survey.wave]}；全市数{CITY_WORDS[survey.city]}"
        f"{f'，再按常住人口构成加权：{people}' if people else ''}。"
        f"少于 {limits.hide} 份不公布，少于 {limits.flag} 份不排名，少于 {limits.caution} 份加注；"
        f"误差范围超过 {limits.max_width:g} 个百分点不排名。依据：{survey.source}"
    )
    page.note(words.plain(definition))
    for line in rate_lines(survey).itertuples():
        target = "" if pd.isna(line.target) else f"。目标 {line.target:g}%"
        _draw_line(line.title, line.made.removeprefix(f"{line.title} = ") + target)
    page.note("题目和选项：")
    tables.show(answer_lines(survey), _ANSWERS, 14)


def _draw_line(title: str, definition: str) -> None:
    """Draw one definition as text, which a phone can wrap."""
    st.markdown(f"- **{words.plain(title)}**：{words.plain(definition)}")
