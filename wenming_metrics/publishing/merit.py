"""先进候选: who stood in front over the signed issues of a year, what speaks for them and what against.

It chooses nobody: it lays out what was signed, and who decides says who is named. Few issues propose nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from wenming_metrics.domain.periods import series, window
from wenming_metrics.publishing.issues import SIGNED, Issue, calendar, list_issues
from wenming_metrics.publishing.lists import IssueLists
from wenming_metrics.publishing.snapshot import read_frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.negative_list import happened_within
from wenming_metrics.scoring.ranking.ranking import VETOED
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT
from wenming_metrics.store.database import reading

FEWEST = 4
"""So many signed issues a unit must have been ranked in: a month of weeks."""
FIT = "可以考虑"
MERITS = (
    "group",
    "unit_name",
    "front",
    "back",
    "ranked",
    "mean_rank",
    "issues",
    "against",
    "verdict",
)
"""Columns of `merits`."""


def merits(office: Office, calendar_year: int) -> pd.DataFrame:
    """List the units that the office's own signed issues of a year name in front, the most times first.

    Returns: MERITS: front, back (issues that name it there), ranked (issues in which it had a place),
             mean_rank, issues (those that name it in front, by number and document), against (what else was
             signed or registered, "" = nothing), verdict (FIT, or why not)
    """
    with reading(office.store) as connection:
        usual_name = calendar(office).name
        signed = [
            (issue, read_frozen(connection, issue).lists)
            for issue in reversed(list_issues(connection))
            if (issue.name, issue.year, issue.state) == (usual_name, calendar_year, SIGNED)
        ]
    lines = pd.DataFrame(
        [line for issue, figures in signed for line in _places(issue, figures)],
        columns=["group", "unit_name", "rank", "struck", "end", "issue"],
    )
    happened = happened_within(office, series(window("month", date(calendar_year, 12, 1)), 12))
    units = [
        _line(group, name, places, happened.get(name, []))
        for (group, name), places in lines.groupby(["group", "unit_name"], sort=False)
    ]
    frame = pd.DataFrame(units, columns=list(MERITS))
    frame = frame[frame["front"] > 0].assign(is_fit=frame["verdict"] == FIT)
    order = ["is_fit", "front", "mean_rank"]
    frame = frame.sort_values(order, ascending=[False, False, True], kind="stable")
    return frame[list(MERITS)].reset_index(drop=True)


def _places(issue: Issue, figures: IssueLists) -> Iterator[tuple]:
    """Give what an issue says of each unit of its ranked boards."""
    for kind, shortlist in figures.shortlists.items():
        named = shortlist[shortlist["left_out"] == 0]
        ends = {(line.group, line.unit_name): line.side for line in named.itertuples()}
        title = f"第{issue.number}期（{issue.document}）"
        for line in figures.boards[kind].itertuples():
            end = ends.get((line.group, line.unit_name), "")
            yield line.group, line.unit_name, line.rank, line.status == VETOED, end, title


def _line(group: str, name: str, places: pd.DataFrame, happened: list[str]) -> tuple:
    in_front = places.loc[places["end"] == FRONT, "issue"]
    times_back, times_ranked = int((places["end"] == BACK).sum()), int(places["rank"].notna().sum())
    against = [f"{times_back}期排名靠后"] if times_back else []
    against += [f"{times}期一票否决" for times in [int(places["struck"].sum())] if times]
    against += [f"负面清单：{text}" for text in happened]
    verdict = "有不利情况，由人审定" if against else FIT
    if times_ranked < FEWEST:
        verdict = f"只有{times_ranked}期有名次，至少{FEWEST}期，暂不考虑"
    counts = (len(in_front), times_back, times_ranked, pd.to_numeric(places["rank"]).mean())
    return group, name, *counts, "、".join(in_front), "；".join(against), verdict
