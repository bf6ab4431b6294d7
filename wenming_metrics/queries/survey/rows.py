"""Behind the figures of a wave: questionnaires with file and row, doubtful ones, printed orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.records import locations_of
from wenming_metrics.queries.survey.sums import hidden_units
from wenming_metrics.queries.survey.waves import WaveAnswers, read_wave_from, survey_of
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
        wave_answers = read_wave_from(connection, office, wave)
        definition, frame = wave_answers.survey.question(question), wave_answers.answers.frame
        disclosed = np.append(~hidden_units(wave_answers, question)[0], False)
        if unit is not None:
            disclosed[:-1] &= (wave_answers.units["unit"] == unit).to_numpy()
        gave = _gave(wave_answers, definition, option) & disclosed[wave_answers.unit_rows]
        rows, locations = frame[gave], locations_of(connection, frame[gave])
    days = [date.fromordinal(day) if day else None for day in rows["day"].tolist()]
    return pd.DataFrame(
        {
            **{"batch": rows["batch"], **locations, "source_row": rows["source_row"], "day": days},
            "unit_name": wave_answers.units["unit_name"].to_numpy()[wave_answers.unit_rows[gave]],
            "flags": [spell_flags(flags) for flags in rows["flags"].tolist()],
            "counts": rows["counts"].astype(bool),
        }
    ).reset_index(drop=True)


def _gave(wave_answers: WaveAnswers, question: Question, option: str) -> np.ndarray:
    """Say which questionnaires gave an answer."""
    answers = wave_answers.answers
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
    index = codes.index(option)
    return (raw > 0) & (raw >> index & 1 > 0) if question.kind == MULTIPLE else raw == index


def flagged(office: Office, wave: Window) -> pd.DataFrame:
    """List the questionnaires that look doubtful, with what a person decided of them.

    Returns: batch, seq, unit_name, reasons (in words), file, sheet, source_row, counts, decided
             (who, when and why; "" = nobody has)
    """
    with reading(office.store) as connection:
        wave_answers = read_wave_from(connection, office, wave)
        frame = wave_answers.answers.frame
        doubtful = (frame["flags"] > 0).to_numpy() | ~frame["counts"].to_numpy(bool)
        rows, locations = frame[doubtful], locations_of(connection, frame[doubtful])
        choices = decisions(connection)
    names = np.append(wave_answers.units["unit_name"].to_numpy(object), "不在名单里")
    last = choices.drop_duplicates(["batch", "seq"], keep="last").set_index(["batch", "seq"])
    keys = list(zip(rows["batch"].tolist(), rows["seq"].tolist(), strict=True))
    return pd.DataFrame(
        {
            **{
                "batch": rows["batch"],
                "seq": rows["seq"],
                "unit_name": names[wave_answers.unit_rows[doubtful]],
            },
            "reasons": [spell_flags(flags) for flags in rows["flags"].tolist()],
            **{
                **locations,
                "source_row": rows["source_row"],
                "counts": rows["counts"].astype(bool),
            },
            "decided": [_decided(last.loc[key]) if key in last.index else "" for key in keys],
        }
    ).reset_index(drop=True)


def is_doubtful(connection: Connection, batch: int, seq: int) -> bool:
    """Say whether something speaks against a stored questionnaire of a batch that counts."""
    wave_batches = read_waves(connection)
    for wave in wave_batches[wave_batches["batch"] == batch].itertuples():
        frame = read_answers(connection, wave.first_day, wave.last_day).frame
        answer = frame[(frame["batch"] == batch) & (frame["seq"] == seq)]
        if len(answer):
            return bool((answer["flags"] > 0).any())
    return False


def _decided(choice: pd.Series) -> str:
    act = "计入" if choice["counts"] else "不计"
    return f"{choice['who']} {choice['at'][:10]} 定为{act}：{choice['reason']}"


def printed(office: Office, wave: Window) -> pd.DataFrame:
    """List what a contractor printed of a wave's rates, in its own order, as it is given.

    It is no figure of ours: how it was made is not known, and small samples stand in it too.

    Returns: test, unit, unit_name, figure (heading as printed), rate (code of the rate it is named
             like), told (as printed), printed_rank (as printed, "" = none), file, sheet, source_row
    """
    survey = survey_of(office, wave)
    titles = {normalise(rate.title): rate.code for rate in survey.rates} if survey else {}
    with reading(office.store) as connection:
        records = read_records(connection, "external")
        span = (wave.start.isoformat(), wave.end.toordinal())
        in_wave = [
            (o["first"], d) == span for o, d in zip(records["told"], records["day"], strict=True)
        ]
        records = records[np.array(in_wave, bool)].reset_index(drop=True)
        lines = list(_printed(records, titles))
        return _with_locations(connection, records, lines)


def _printed(records: pd.DataFrame, titles: dict[str, str]) -> Iterator[tuple]:
    """Go through the columns of tests that are named like a rate, a column after the other."""
    for index, record in enumerate(records["told"]):
        for component in record["parts"]:
            name = normalise(component["name"])
            rate = next((code for title, code in titles.items() if name.startswith(title)), "")
            if rate and component["printed"]:
                rank = record["printed_rank"]
                yield index, record["test"], component["name"], rate, component["printed"], rank


def _with_locations(
    connection: Connection, records: pd.DataFrame, lines: list[tuple]
) -> pd.DataFrame:
    names = ["at", "test", "figure", "rate", "told", "printed_rank"]
    printed_lines = pd.DataFrame(lines, columns=names)
    rows = records.iloc[printed_lines["at"].astype(int)].reset_index(drop=True)
    units = read_register(connection).units["name"]
    locations = locations_of(connection, rows)
    unit_columns = {"unit": rows["unit"], "unit_name": rows["unit"].map(units).fillna("")}
    printed_lines = printed_lines.drop(columns="at").assign(
        **unit_columns, **locations, source_row=rows["source_row"]
    )
    order = ["test", "unit", "unit_name", "figure", "rate", "told", "printed_rank"]
    return printed_lines[[*order, "file", "sheet", "source_row"]]
