"""Behind the figures of a wave: questionnaires with file and row, doubtful ones, printed orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.records import places_of
from wenming_metrics.queries.survey.sums import hidden_units
from wenming_metrics.queries.survey.waves import Taken, survey_of, take_from
from wenming_metrics.rules.survey.answers import NOT_ASKED
from wenming_metrics.rules.survey.model import MULTIPLE, SCALE, Question
from wenming_metrics.scoring.survey.fraud_flags import spell_flags
from wenming_metrics.scoring.survey.rates import BLANKS, UNASKED
from wenming_metrics.store.database import reading
from wenming_metrics.store.records import read_records
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.surveys import decisions, read_answers, read_waves
from wenming_metrics.vocabulary import normalise

_PLACE = ["batch", "sheet", "source_row"]


def answer_rows(
    office: Office, wave: Window, unit: int | None, question: str, option: str
) -> pd.DataFrame:
    """List the questionnaires that gave an answer, in the order in which they came.

    Takes:   unit - None: of the whole city; option - its code, or scoring.rates.BLANKS, UNASKED
    Returns: batch, file, sheet, source_row, day (date or None), unit_name, flags (in words, "" =
             none), counts. Those of units of which nothing is told are left out.
    """
    with reading(office.store) as connection:
        taken = take_from(connection, office, wave)
        asked, frame = taken.survey.question(question), taken.answers.frame
        told = np.append(~hidden_units(taken, question)[0], False)
        if unit is not None:
            told[:-1] &= (taken.units["unit"] == unit).to_numpy()
        gave = _gave(taken, asked, option) & told[taken.place]
        rows, places = frame[gave], places_of(connection, frame[gave])
    days = [date.fromordinal(day) if day else None for day in rows["day"].tolist()]
    return pd.DataFrame(
        {
            **{"batch": rows["batch"], **places, "source_row": rows["source_row"], "day": days},
            "unit_name": taken.units["unit_name"].to_numpy()[taken.place[gave]],
            "flags": [spell_flags(flags) for flags in rows["flags"].tolist()],
            "counts": rows["counts"].astype(bool),
        }
    ).reset_index(drop=True)


def _gave(taken: Taken, question: Question, option: str) -> np.ndarray:
    """Say which questionnaires gave an answer."""
    answers = taken.answers
    if question.code not in answers.frame:
        return np.full(len(answers.frame), option == UNASKED)
    raw = answers.frame[question.code].to_numpy(np.int64)
    if option == UNASKED:
        return raw == NOT_ASKED
    if option == BLANKS:
        blank = (raw < 0) & (raw != NOT_ASKED)
        return blank | (raw == 0) if question.kind == MULTIPLE else blank
    if question.kind == SCALE:
        return raw == int(option)
    codes = answers.options.get(question.code, ())
    if option not in codes:
        return np.zeros(len(raw), bool)
    at = codes.index(option)
    return (raw > 0) & (raw >> at & 1 > 0) if question.kind == MULTIPLE else raw == at


def flagged(office: Office, wave: Window) -> pd.DataFrame:
    """List the questionnaires that look doubtful, with what a person decided of them.

    Returns: batch, seq, unit_name, reasons (in words), file, sheet, source_row, counts, decided
             (who, when and why; "" = nobody has)
    """
    with reading(office.store) as connection:
        taken = take_from(connection, office, wave)
        frame = taken.answers.frame
        own = (frame["flags"] > 0).to_numpy() | ~frame["counts"].to_numpy(bool)
        rows, places = frame[own], places_of(connection, frame[own])
        said = decisions(connection)
    names = np.append(taken.units["unit_name"].to_numpy(object), "不在名单里")
    last = said.drop_duplicates(["batch", "seq"], keep="last").set_index(["batch", "seq"])
    keys = list(zip(rows["batch"].tolist(), rows["seq"].tolist(), strict=True))
    return pd.DataFrame(
        {
            **{"batch": rows["batch"], "seq": rows["seq"], "unit_name": names[taken.place[own]]},
            "reasons": [spell_flags(flags) for flags in rows["flags"].tolist()],
            **{**places, "source_row": rows["source_row"], "counts": rows["counts"].astype(bool)},
            "decided": [_decided(last.loc[key]) if key in last.index else "" for key in keys],
        }
    ).reset_index(drop=True)


def is_doubtful(connection: Connection, batch: int, seq: int) -> bool:
    """Say whether something speaks against a stored questionnaire of a batch that counts."""
    known = read_waves(connection)
    for wave in known[known["batch"] == batch].itertuples():
        frame = read_answers(connection, wave.first_day, wave.last_day).frame
        own = frame[(frame["batch"] == batch) & (frame["seq"] == seq)]
        if len(own):
            return bool((own["flags"] > 0).any())
    return False


def _decided(one: pd.Series) -> str:
    act = "计入" if one["counts"] else "不计"
    return f"{one['who']} {one['at'][:10]} 定为{act}:{one['reason']}"


def printed(office: Office, wave: Window) -> pd.DataFrame:
    """List what a contractor printed of a wave's rates, in its own order, as it is given.

    It is no figure of ours: how it was made is not known, and small samples stand in it too.

    Returns: test, unit, unit_name, figure (heading as printed), rate (code of the rate it is named
             like), told (as printed), printed_rank (as printed, "" = none), file, sheet, source_row
    """
    survey = survey_of(office, wave)
    titles = {normalise(one.title): one.code for one in survey.rates} if survey else {}
    with reading(office.store) as connection:
        found = read_records(connection, "external")
        span = (wave.start.isoformat(), wave.end.toordinal())
        own = [(o["first"], d) == span for o, d in zip(found["told"], found["day"], strict=True)]
        found = found[np.array(own, bool)].reset_index(drop=True)
        lines = list(_printed(found, titles))
        return _with_places(connection, found, lines)


def _printed(found: pd.DataFrame, titles: dict[str, str]) -> Iterator[tuple]:
    """Go through the columns of tests that are named like a rate, a column after the other."""
    for at, told in enumerate(found["told"]):
        for part in told["parts"]:
            name = normalise(part["name"])
            rate = next((code for title, code in titles.items() if name.startswith(title)), "")
            if rate and part["printed"]:
                told_rank = told["printed_rank"]
                yield at, told["test"], part["name"], rate, part["printed"], told_rank


def _with_places(connection: Connection, found: pd.DataFrame, lines: list[tuple]) -> pd.DataFrame:
    names = ["at", "test", "figure", "rate", "told", "printed_rank"]
    told = pd.DataFrame(lines, columns=names)
    rows = found.iloc[told["at"].astype(int)].reset_index(drop=True)
    units = read_register(connection).units["name"]
    places = places_of(connection, rows)
    own = {"unit": rows["unit"], "unit_name": rows["unit"].map(units).fillna("")}
    told = told.drop(columns="at").assign(**own, **places, source_row=rows["source_row"])
    order = ["test", "unit", "unit_name", "figure", "rate", "told", "printed_rank"]
    return told[[*order, "file", "sheet", "source_row"]]
