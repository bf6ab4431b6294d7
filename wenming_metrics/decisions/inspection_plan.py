"""督查安排: the sites drawn for a week, kept with their chances as the plan that coverage is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import pandas as pd

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import now, today, window
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.site_draw import (
    LEAST_RANDOM,
    DrawTerms,
    InspectionTeam,
    draw_sites,
    share_out,
    site_risks,
)
from wenming_metrics.queries.progress.week_plan import DRAWN, planned_week, week_title
from wenming_metrics.store.database import reading
from wenming_metrics.store.notes import write_note
from wenming_metrics.store.registers import read_register


@dataclass(frozen=True, eq=False)
class DrawnWeek:
    """The sites drawn for a week: `lines` of `site_draw.share_out`, the seed and what was asked for."""

    week_start: date
    seed: int
    terms: DrawTerms
    teams: tuple[InspectionTeam, ...]
    lines: pd.DataFrame


def next_monday() -> date:
    """Give the Monday of next week."""
    return window("week", today()).start + timedelta(weeks=1)


def read_teams(lines: Sequence[str]) -> tuple[InspectionTeam, ...]:
    """Read teams as people write them: 名称, or 名称＝所属单位、所属单位 for those that must stay away."""
    teams = []
    for line in lines:
        name, _, units = line.replace("=", "＝").partition("＝")
        if line.strip():
            belongs_to = (unit.strip() for unit in units.replace("，", "、").split("、"))
            teams.append(InspectionTeam(name.strip(), tuple(filter(None, belongs_to))))
    return tuple(teams)


def draw_week(
    office: Office,
    week_start: date,
    terms: DrawTerms,
    teams: Sequence[InspectionTeam],
    seed: int = 0,
) -> DrawnWeek:
    """Draw the sites of a week and share them out to teams; nothing is stored yet.

    Takes: week_start - a day of the week; seed - 0: of the moment
    Raises IntakeError where terms, teams or the register do not allow it.
    """
    week_start = window("week", week_start).start
    _check(terms, teams)
    if week_start < window("week", today()).start:
        raise IntakeError(f"{week_start}这一周已经过去，不能再抽取。")
    seed = seed or int(now().timestamp())
    lines = site_risks(office, week_start)
    if lines.empty:
        raise IntakeError("名册里没有点位，请先在“数据上传”里上传点位名册。")
    since = (week_start - timedelta(days=terms.revisit_days)).toordinal()
    drawn = draw_sites(lines, terms, since, seed)
    with reading(office.store) as connection:
        register = read_register(connection)
    try:
        shared = share_out(drawn, list(teams), register, week_start)
    except ValueError as error:
        raise IntakeError(str(error)) from None
    return DrawnWeek(week_start, seed, terms, tuple(teams), shared)


def _check(terms: DrawTerms, teams: Sequence[InspectionTeam]) -> None:
    if terms.size < 1 or min(terms.of_unit, terms.of_type, terms.revisits, terms.revisit_days) < 0:
        raise IntakeError("抽取的点位数应是 1 以上的整数，其余各项不能是负数。")
    if not LEAST_RANDOM <= terms.random_share <= 1:
        raise IntakeError(f"随机的比例应在 {LEAST_RANDOM:.0%} 到 100% 之间。")
    names = [team.name for team in teams]
    if not names or not all(names):
        raise IntakeError("请写明至少一个督查组。")
    if len(set(names)) < len(names):
        raise IntakeError("督查组的名称有重复，请区分开。")


@permitted("交办", "督查安排")
def keep_plan(office: Office, drawn: DrawnWeek, who: str) -> int:
    """Store a drawn week as the plan, with the chance of every site; gives the number of the batch.

    Raises IntakeError where a plan of that week is stored that was drawn here, or lines cannot be stored.
    """
    if not who.strip():
        raise IntakeError("请写明经办人。")
    title = week_title(drawn.week_start)
    if (planned_week(office, drawn.week_start)["round"] == title).any():
        raise IntakeError(
            f"{title}已经有抽取的计划。要重抽，请先在“数据上传”的入库记录里撤回原来的计划。"
        )
    preview = commit.inspect(office, plan_file(office, drawn), f"督查计划_{title}_内部.xlsx")
    held = [problem for problem in preview.problems if problem.severity == "待核"]
    if not preview.can_commit or held:
        reasons = "；".join(problem.text for problem in preview.problems[:3])
        raise IntakeError(f"抽出的计划不能入库：{reasons}")
    batch = commit.commit(office, preview, who.strip())
    chances = zip(drawn.lines["site"], drawn.lines["chance"].round(6), strict=True)
    facts = {
        **{"who": who.strip(), "batch": batch, "seed": drawn.seed, "terms": asdict(drawn.terms)},
        "teams": [asdict(team) for team in drawn.teams],
        "chances": {str(key): chance for key, chance in chances},
    }
    write_note(office.store, f"{DRAWN}{drawn.week_start.isoformat()}-{batch}", facts)
    return batch


def plan_file(office: Office, drawn: DrawnWeek) -> bytes:
    """Make the plan as the form 督查计划."""
    lines = drawn.lines
    form = pd.DataFrame(
        {
            "planned_day": [day.isoformat() for day in lines["day"]],
            **{"team": lines["team"], "street": lines["street_name"]},
            **{"point_type": lines["type_name"], "site": lines["site_name"]},
            "round": week_title(drawn.week_start),
            "remark": [
                f"{way}，机会{chance:.4f}"
                for way, chance in zip(lines["way"], lines["chance"], strict=True)
            ],
        }
    )
    return filled_file(office, "plan", form)
