"""第一次使用: what an office has to do until it sees its first ranking, what is done, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wenming_metrics.domain.registers import FOREVER, Register
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.vocabulary import UNIT_KINDS

UPLOAD, RULES, RANKING = "upload", "framework", "ranking"
"""Where a step is done: files of `pages/`."""
_DEMO = "demo-2026"
"""The rules that are shipped for trying the software."""
_NAMED = 5


@dataclass(frozen=True)
class FirstStep:
    """One step: what it is, whether it is done, how far it is, what is missing yet ("": nothing).

    page - where it is done; forms - kinds of empty forms that help (`queries.files.forms`)
    """

    title: str
    is_done: bool
    state: str
    missing: str
    page: str
    forms: tuple[str, ...] = ()


def first_steps(office: Office) -> list[FirstStep]:
    """List the steps from an empty store to the first ranking, in the order in which to take them."""
    with reading(office.store) as connection:
        register = read_register(connection)
    days = days_known(office)
    return [
        _units_step(office, register),
        _sites_step(office, register),
        _rules_step(office),
        FirstStep(
            "第一份督查表",
            bool(days),
            f"已有 {len(days)} 天的督查，最近一天 {days[-1]}" if days else "还没有",
            "" if days else "检查表、问题清单都可以，原样上传；看清提示，点“入库”。",
            UPLOAD,
            ("checklist", "findings", "plan"),
        ),
        FirstStep(
            "看排名",
            bool(days),
            "可以看了" if days else "有了督查数据就有",
            "",
            RANKING,
        ),
    ]


def _units_step(office: Office, register: Register) -> FirstStep:
    units = register.units[register.units["valid_to"] == FOREVER]
    counts = units["kind"].value_counts()
    state = "、".join(f"{UNIT_KINDS[kind]} {count} 个" for kind, count in counts.items())
    missing = []
    if units.empty:
        missing.append("要有区、街道、社区、部门的名称、类别和上级；“分组”写在哪一组里排名。")
    else:
        for board in office.rules.boards:
            board_units = units[units["kind"] == board.kind]
            kind = UNIT_KINDS[board.kind]
            if board.ranked and board_units.empty:
                missing.append(f"没有{kind}，“{board.title}”没有可排的单位。")
            outside = (
                board_units.loc[~board_units["group"].isin(board.groups), "name"]
                if board.groups
                else ()
            )
            if board.ranked and len(outside):
                groups = "、".join(board.groups)
                missing.append(f"{_names(outside)}的分组不在办法写的{groups}里，另排在后面。")
    is_done = not units.empty and not any("没有可排" in text for text in missing)
    return FirstStep("单位名册", is_done, state or "还没有", "".join(missing), UPLOAD, ("units",))


def _sites_step(office: Office, register: Register) -> FirstStep:
    sites, units = register.sites, register.units
    if sites.empty:
        text = "要有点位名称、点位类型和所属街道，这样才知道哪些该查而没有查。"
        return FirstStep("点位名册", False, "还没有", text, UPLOAD, ("sites",))
    alive = units[(units["kind"] == "street") & (units["valid_to"] == FOREVER)]
    without = alive.loc[~alive["unit"].isin(sites["street"]), "name"]
    looked_at = np.flatnonzero((office.rules.leaf_of >= 0).any(axis=0))
    unmapped = sorted(set(sites["point_type"]) - set(looked_at))
    types = office.catalogue.type_names
    missing = f"{_names(without)}还没有点位。" if len(without) else ""
    if unmapped:
        missing += f"{_names([types[kind] for kind in unmapped])}在办法里没有计分的测评项。"
    return FirstStep("点位名册", True, f"{len(sites):,} 个点位", missing, UPLOAD, ("sites",))


def _rules_step(office: Office) -> FirstStep:
    rules = office.rules
    is_own = rules.id != _DEMO
    text = "现在用的是随软件带的演示办法，不是任何一级的标准，算出的得分只供试用。请换成本市印发的办法。"
    return FirstStep(
        "测评办法",
        is_own,
        f"{rules.title}（版本 {rules.version}）",
        "" if is_own else text,
        RULES,
    )


def _names(names: object) -> str:
    all_names = list(names)
    more = f"等 {len(all_names)} 个" if len(all_names) > _NAMED else ""
    return "、".join(f"“{name}”" for name in all_names[:_NAMED]) + more
