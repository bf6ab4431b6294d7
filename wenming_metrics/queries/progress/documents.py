"""台账材料: what each unit has to hand in, how far it is, and the rates with what they are shares of."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.document_checks import kinds_asked, spell_rounds
from wenming_metrics.queries.progress.latest import latest, ordinals
from wenming_metrics.reading.records.document import (
    EXTRAS,
    MISSING,
    NOT_OWED,
    PASSED,
    RETURNED,
    RETURNED_ABOVE,
    STAGE,
    UPLOADED,
    WAITING,
)

NOT_YET, UNKNOWN = "未到期", "未注明"
"""States that the sheet does not write: nothing is due yet; it neither says a state nor a day."""
_PASSED, _RETURNED = (PASSED, UPLOADED), (RETURNED, RETURNED_ABOVE)
CITY = "全市"
_KEY = ["project", "indicator", "content", "standard", "requirement"]
_FACTS = ["lead", "due", "due_text", "rounds", "state", "formed_on"]
COUNTS = ["owed", "handed", "passed", "fell_due", "in_time", "overdue"]


def documents(office: Office, as_of: date) -> pd.DataFrame:
    """List every document of every unit, as the list that came last says it.

    Takes:   as_of - on which day overdue is judged; the day it is due still counts as in time
    Returns: document (what is asked for), indicator, unit, unit_name, lead, due (ISO, or as written),
             state (通过, 已上传, 退回（第n轮）, 上级退回, 待审 or 待初审 and the like, 未报, 未到期, 不适用, 未注明), handed_in (ISO of
             the first time, "" = never or not told), rounds, rounds_text, kind (see `kinds_asked`), formed_on,
             EXTRAS, review (what was said last), days_late
             (working on: of what is not there yet; 0 = in time or not due), late (handed in after its
             day), owed, handed, passed, fell_due, in_time, overdue (flags), SOURCE and the key as read
    """
    lines = latest(office, "document", _KEY, [*_FACTS, *EXTRAS])
    rounds = [list(cell) if isinstance(cell, list) else [] for cell in lines["rounds"]]
    first = [
        next((review["handed_in"] for review in of_line if review["handed_in"]), "")
        for of_line in rounds
    ]
    due, handed_on = ordinals(lines["due"]), ordinals(pd.Series(first, dtype=object))
    today = as_of.toordinal()
    is_handed = np.array([bool(text) for text in first], bool)
    is_handed |= lines["state"].isin([*_PASSED, *_RETURNED, WAITING]).to_numpy()
    passed = lines["state"].isin(_PASSED).to_numpy()
    applies = (lines["state"] != NOT_OWED).to_numpy()
    fell_due = (due > 0) & (due < today) & applies
    # What was sent back and never came again is as missing as what was never sent.
    open_again = lines["state"].isin(_RETURNED).to_numpy() | ~is_handed
    overdue = fell_due & open_again
    in_time = fell_due & (handed_on > 0) & (handed_on <= due)
    states = [
        _state(*line, today)
        for line in zip(lines["state"], rounds, due.tolist(), is_handed.tolist(), strict=True)
    ]
    return lines.drop(columns=["due_text", "rounds"]).assign(
        document=[_document(line) for line in lines[_KEY].itertuples(index=False)],
        due=lines["due"].where(lines["due"] != "", lines["due_text"]),
        state=states,
        handed_in=first,
        rounds=[len(of_line) for of_line in rounds],
        rounds_text=[spell_rounds(of_line) for of_line in rounds],
        kind=[kinds_asked(text) for text in lines["requirement"]],
        review=[of_line[-1]["review"] if of_line else "" for of_line in rounds],
        days_late=np.where(overdue, today - due, 0),
        late=fell_due & (handed_on > due),
        owed=applies & (fell_due | (due == today) | is_handed | (due == 0)),
        handed=is_handed,
        passed=passed,
        fell_due=fell_due,
        in_time=in_time,
        overdue=overdue,
    )


def _document(line: tuple) -> str:
    """Name a document by what is asked for, the nearest that the sheet writes."""
    return line.requirement or line.content or line.standard or line.indicator


def _state(last_state: str, rounds: list[dict], due: int, is_handed: bool, today: int) -> str:
    if last_state == RETURNED:
        return f"{RETURNED}（第{max(len(rounds), 1)}轮）"
    if last_state == WAITING and rounds:
        stage = STAGE.search(rounds[-1].get("next") or rounds[-1]["round"])
        return f"待{stage[0]}" if stage else WAITING
    if last_state in (*_PASSED, RETURNED_ABOVE, WAITING, NOT_OWED):
        return last_state
    if is_handed:
        return WAITING
    if due > today:
        return NOT_YET
    return MISSING if last_state == MISSING or due else UNKNOWN


def document_rates(materials: pd.DataFrame) -> pd.DataFrame:
    """Count documents per unit, the city first, then units with most overdue.

    Takes:   materials - of `documents`
    Returns: unit_name, owed (due by then, handed in or without a day), handed, passed, fell_due, in_time,
             overdue (counts); handed_rate = handed / owed, passed_rate = passed / handed, in_time_rate =
             in_time / fell_due (percent, NaN of nothing)
    """
    flags = materials[["unit_name", *COUNTS]].astype(dict.fromkeys(COUNTS, int))
    by_unit = flags.groupby("unit_name", sort=False)[COUNTS].sum().reset_index()
    by_unit = by_unit.sort_values(["overdue", "owed"], ascending=False, kind="stable")
    city = flags[COUNTS].sum().to_frame().T.assign(unit_name=CITY)
    rates = pd.concat([city, by_unit], ignore_index=True)[["unit_name", *COUNTS]]
    return rates.assign(
        handed_rate=share(rates["handed"], rates["owed"]),
        passed_rate=share(rates["passed"], rates["handed"]),
        in_time_rate=share(rates["in_time"], rates["fell_due"]),
    )


def share(count: pd.Series, base: pd.Series) -> pd.Series:
    """Give shares in percent; NaN of nothing."""
    return 100 * count / base.where(base > 0)


def document_matrix(materials: pd.DataFrame) -> pd.DataFrame:
    """Lay the states out: one line per document, one column per unit; "" where it is not asked for.

    What is asked for twice of one unit under different headings stands on lines of its own.
    """
    if materials.empty:
        return pd.DataFrame()
    keyed = materials.assign(overdue_mark=np.where(materials["overdue"], "，逾期", ""))
    keyed["cell"] = keyed["state"] + keyed["overdue_mark"]
    grid = keyed.pivot(index=_KEY, columns="unit_name", values="cell").fillna("")
    order = keyed.drop_duplicates(_KEY).set_index(_KEY)
    grid = grid.loc[order.index]
    units = keyed.drop_duplicates("unit_name").sort_values("unit")["unit_name"]
    return pd.concat([order[["document"]], grid[units.tolist()]], axis=1).reset_index(drop=True)


def reminders(materials: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Word what each unit is reminded of: what is overdue, and what is sent back.

    Returns: unit_name, overdue (count), text; units that owe nothing are left out
    """
    lines = []
    for name, missing in materials[materials["overdue"]].groupby("unit_name", sort=False):
        items = [
            f"{number}.{line.document}（应于{line.due}前报送，{line.state}，逾期{line.days_late}天）"
            for number, line in enumerate(missing.itertuples(), 1)
        ]
        opening = f"{name or '（未写明单位）'}：截至{as_of.isoformat()}，以下{len(missing)}项材料逾期未报或退回后未重报，请抓紧报送。"
        lines.append((name, len(missing), "\n".join([opening, *items])))
    return pd.DataFrame(lines, columns=["unit_name", "overdue", "text"])


DOCUMENT_FORM = [
    "project",
    "indicator",
    "content",
    "standard",
    "requirement",
    "lead",
    "responsible",
]
"""Columns by which a list that goes out is recognised when it comes back."""


def document_form(materials: pd.DataFrame) -> pd.DataFrame:
    """Lay documents out as the form 台账材料 that units fill in and send back."""
    form = materials.assign(
        responsible=materials["unit_name"],
        document_state=[_plain(text) for text in materials["state"]],
    )
    used = [name for name in DOCUMENT_FORM if name in form and (form[name] != "").any()]
    extras = [name for name in ("formed_on", *EXTRAS) if (form[name] != "").any()]
    return form[[*used, "due", "handed_in", "review", "document_state", *extras]]


def _plain(state: str) -> str:
    if state == NOT_YET:
        return MISSING
    return next(
        (word for word in (*_PASSED, *_RETURNED, MISSING, NOT_OWED) if state.startswith(word)), ""
    )
