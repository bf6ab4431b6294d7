"""Lists of problems to be looked at again: drawn, kept with their chances, made a form for the inspectors."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import now, today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.problems.look_back import draw_closed
from wenming_metrics.store.database import reading
from wenming_metrics.store.notes import read_notes, write_note

_BACK, _DRAWN = 366, "look-back-"
RECHECK = "整改复查"
LOOK_BACK = "销号后回头看"
"""整改复查 goes back to the sites of some days whatever became of their problems; 销号后回头看 draws from
those that are closed."""


@permitted("核查", "抽取回头看的名单")
def draw_look_back(
    office: Office, who: str, size: int, *, least: int = 1, closed_days: int = 90, seed: int = 0
) -> tuple[int, pd.DataFrame]:
    """Draw a list of closed problems and keep it with its chances; gives the seed and the list.

    Takes: seed - 0: of the moment. Raises IntakeError where nothing is closed.
    """
    if not who.strip():
        raise IntakeError("请写明经办人。")
    if size < 1 or least < 0:
        raise IntakeError("抽查的条数应是 1 以上的整数。")
    seed = seed or int(now().timestamp())
    since = (today() - timedelta(days=closed_days)).toordinal()
    drawn = draw_closed(problem_view(office, _BACK).lines, size, least, since, seed)
    if drawn.empty:
        raise IntakeError(f"最近 {closed_days} 天没有销号的问题，没有可以回头看的。")
    facts = {"who": who.strip(), "size": size, "least": least, "since": since, "seed": seed}
    chances = dict(zip(drawn["number"], drawn["chance"].round(6).tolist(), strict=True))
    write_note(office.store, f"{_DRAWN}{today().isoformat()}-{seed}", {**facts, "chances": chances})
    return seed, drawn


def drawn_chances(office: Office) -> dict[str, float]:
    """Give the chance with which each problem was drawn last: by number."""
    with reading(office.store) as connection:
        notes = read_notes(connection)
    draws = sorted(name for name in notes if name.startswith(_DRAWN))
    return {number: chance for name in draws for number, chance in notes[name]["chances"].items()}


def recheck_list(office: Office, first: date, last: date) -> pd.DataFrame:
    """List the problems found on some days, whatever became of them, to go back to their sites.

    Raises IntakeError where there is none.
    """
    lines = problem_view(office, (today() - first).days + 1).lines
    lines = lines[(lines["day"] >= first.toordinal()) & (lines["day"] <= last.toordinal())]
    lines = lines[(lines["number"] != "") & (lines["state"] != "不属实")]
    if lines.empty:
        raise IntakeError(f"{first}至{last}没有已编号的问题，没有可以复查的。")
    return lines.sort_values(["unit_name", "site_name", "number"], kind="stable", ignore_index=True)


def look_form(office: Office, drawn: pd.DataFrame, kind: str) -> bytes:
    """Make the form that inspectors fill in and send back (整改流转表)."""
    form = pd.DataFrame(
        {
            "problem_no": drawn["number"],
            "site": drawn["site_name"],
            "item": drawn["item_name"],
            "move_act": np.full(len(drawn), RECHECK if kind == RECHECK else ""),
            **dict.fromkeys(("moved_on", "handler", "look_result", "check_way"), ""),
            **dict.fromkeys(("move_reason", "remark"), ""),
        }
    )
    return filled_file(office, "moves", form)
