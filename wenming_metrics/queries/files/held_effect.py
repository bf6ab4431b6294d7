"""Held rows beside a figure: how many of a window's rows do not count yet, whose, of how many points.

What a row could change is told only as far as its cells can be read; a cell that cannot is taken to be
of the window, of every unit and of unknown points. So no unit looks better for rows that are held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.files.choices import read_choices
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.originals import texts_of
from wenming_metrics.queries.scores.rule_spans import versions_of
from wenming_metrics.reading.model.reading import COUNTED, SURVEY
from wenming_metrics.reading.resolve.collective import split_units
from wenming_metrics.reading.resolve.names import Names, build_names
from wenming_metrics.reading.tables import values
from wenming_metrics.store import schema
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.registers import read_register

NO_EFFECT = "不影响得分"
SCORELESS = {SURVEY, COUNTED, "quota", "campaign", "adverts", "negative"}
"""Kinds of sheets that no score of an inspection is made of."""
_CELLS = ("day", "district", "street", "community", "subject", "responsible")
_CELLS += ("item_code", "item", "deduction")
_TOLD = ["day", "units", "unit_name", "concerned", "lost", "cannot"]
_KEPT = ["units", "unit_name", "concerned", "lost"]
_LATE = timedelta(days=7)
"""A file comes so long after the days that it speaks of, as far as it does not say."""
_SHOWN = 5
_NO_UNIT = "看不出单位的"
_ROW = ["batch", "sheet", "source_row"]


def held_in(office: Office, window: Window) -> pd.DataFrame:
    """List the held rows that could change a score of a window.

    Returns: the columns of `held.waiting_rows`, units (tuple of those that are named, the territory
             first; (): none can be read), unit_name (of the first, or of the street it lies in; ""
             without), concerned (names of all of units and of what they lie in), lost (points as
             written, NaN: not read)
    """
    rows = waiting_rows(office)
    if rows.empty:
        return rows.assign(units=[], unit_name=[], concerned=[], lost=[])
    with reading(office.store) as connection:
        sheets = read_sheets(connection, rows["batch"].unique())
        numbers = sheets.set_index(["batch", "name"])["sheet"]
        numbers = numbers[~numbers.index.duplicated()]
        keys = pd.MultiIndex.from_frame(rows[["batch", "sheet"]])
        numbered = rows.assign(sheet=numbers.reindex(keys).to_numpy())
        facts = what_of(connection, office, numbered[_ROW], window)
        window_batches = _near(connection, window)
    of_window = (facts["day"] > 0).to_numpy() | rows["batch"].isin(window_batches).to_numpy()
    can_change = of_window & (facts["cannot"] == "").to_numpy()
    lines = rows.assign(**{name: facts[name].to_numpy() for name in _KEPT})
    return lines[can_change].reset_index(drop=True)


def held_counts(office: Office, window: Window, kind: str) -> dict[int, int]:
    """Count the rows of a window that name the units of a board and do not count yet, by unit.

    It is asked apart from the figures: they rest on less of the store, and stay known for longer.

    Takes: kind - of the board
    """
    rows = held_in(office, window)
    if rows.empty:
        return {}
    with reading(office.store) as connection:
        board_unit = ancestors(read_register(connection), kind)
    named = [set(board_unit[list(row_units)].tolist()) for row_units in rows["units"]]
    return dict(Counter(unit for row_units in named for unit in row_units))


def with_held(lines: pd.DataFrame, counts: Mapping[int, int]) -> pd.DataFrame:
    """Set beside the units of a list how many rows that name them do not count yet: held.

    Takes: lines - unit, and remark where it is a short list: there it is said in words;
           counts - of `held_counts`
    """
    waiting_counts = [counts.get(unit, 0) for unit in lines["unit"].tolist()]
    if "remark" not in lines:
        return lines.assign(held=waiting_counts)
    phrases = [f"{count}条待核" if count else "" for count in waiting_counts]
    remarks = ["，".join(filter(None, pair)) for pair in zip(lines["remark"], phrases, strict=True)]
    return lines.assign(remark=remarks)


def held_sentence(rows: pd.DataFrame, unit_name: str = "") -> str:
    """Say how many rows do not count yet and what they could change; "" where there are none.

    Takes: rows - of `held_in`; unit_name - only what could change this unit, "": all
    """
    if unit_name:
        rows = rows[[not names or unit_name in names for names in rows["concerned"]]]
    if rows.empty:
        return ""
    unit_phrases = []
    for name, of_unit in rows.groupby(rows["unit_name"].replace("", _NO_UNIT), sort=False):
        legible = of_unit["lost"].notna()
        phrase = f"{name}{len(of_unit)}条"
        points = f"写明扣{of_unit['lost'].sum():.10g}分" if legible.any() else ""
        unread = "" if legible.all() else f"{int((~legible).sum())}条没有可读的扣分"
        unit_phrases.append(f"{phrase}（{'，'.join(filter(None, [points, unread]))}）")
    listed_units = "、".join(unit_phrases[:_SHOWN]) + (
        f"等{len(unit_phrases)}个单位" if len(unit_phrases) > _SHOWN else ""
    )
    return f"另有{len(rows)}条待核，暂不计分：{listed_units}。核实后得分和名次可能变化。"


def held_answers(office: Office, wave: Window) -> str:
    """Say how many questionnaires that are held could belong to a wave; "" where there are none."""
    rows = waiting_rows(office)
    if rows.empty:
        return ""
    block = schema.answer_block
    with reading(office.store) as connection:
        sheets = read_sheets(connection, rows["batch"].unique())
        waves = read_frame(connection, select(block.c.batch, block.c.first_day, block.c.last_day))
    answers = sheets[sheets["kind"].isin([SURVEY, COUNTED])]
    keys = pd.MultiIndex.from_frame(rows[["batch", "sheet"]])
    is_answer = keys.isin(pd.MultiIndex.from_frame(answers[["batch", "name"]]))
    of_wave = waves["first_day"].eq(wave.start.toordinal()) & waves["last_day"].eq(
        wave.end.toordinal()
    )
    elsewhere = set(waves["batch"]) - set(waves.loc[of_wave, "batch"])
    count = int((is_answer & ~rows["batch"].isin(elsewhere)).sum())
    return f"另有{count}份问卷待核，没有计入各项比率。核实后比率可能变化。" if count else ""


def _near(connection: Connection, window: Window) -> list[int]:
    """List the batches that rows without a day are taken to be of the window in."""
    days, batch = schema.batch_day, schema.batch
    dated = read_frame(connection, select(days.c.batch, days.c.day))
    in_window = dated["day"].between(window.days.start, window.days.stop - 1)
    with_days = set(dated["batch"])
    came = read_frame(connection, select(batch.c.batch, batch.c.at))
    arrived = came["at"].map(lambda at: date.fromisoformat(str(at)[:10]))
    in_time = arrived.between(window.start, window.end + _LATE) & ~came["batch"].isin(with_days)
    return [*dated.loc[in_window, "batch"], *came.loc[in_time, "batch"]]


def what_of(
    connection: Connection, office: Office, rows: pd.DataFrame, window: Window
) -> pd.DataFrame:
    """Say of held rows what could be read of them, and why they cannot change scores of a window.

    Takes:   rows - batch, sheet (number), source_row
    Returns: one row each, numbered from 0: day (ordinal, 0: not read), units, unit_name, concerned,
             lost (see `held_in`), cannot ("": they may)
    """
    if rows.empty:
        return pd.DataFrame({name: [] for name in _TOLD})
    sheets = read_sheets(connection, rows["batch"].unique()).set_index(["batch", "sheet"])
    kinds = sheets["kind"].reindex(pd.MultiIndex.from_frame(rows[["batch", "sheet"]])).to_numpy()
    register = read_register(connection)
    names = build_names(register, office.catalogue, read_choices(connection).names)
    parents, kinds_of_units = register.units["parent"].tolist(), register.units["kind"].tolist()
    scored_items = _scored_items(office, window)
    texts = texts_of(connection, rows, _CELLS)
    lines = []
    for cells, kind in zip(texts.to_dict("records"), kinds, strict=True):
        day = max(values.day(cells["day"]), 0)
        units = tuple(_units(names, cells))
        points = values.points(cells["deduction"])
        cannot = _why_not(names, cells, str(kind), day, window, scored_items)
        ancestries = [_upward(parents, unit) for unit in units]
        concerned = tuple(dict.fromkeys(names.titles[unit] for line in ancestries for unit in line))
        streets = (
            [unit for unit in ancestries[0] if kinds_of_units[unit] == "street"] if units else []
        )
        unit_name = names.titles[[*streets, *units][0]] if units else ""
        lines.append((day, units, unit_name, concerned, points, cannot))
    facts = pd.DataFrame(lines, columns=_TOLD)
    lost = facts["lost"].where(facts["lost"] >= 0) / POINT_SCALE
    return facts.assign(lost=lost.astype(float))


def _upward(parents: list[int], unit: int) -> list[int]:
    """List a unit and what it lies in, upward."""
    line = [unit]
    while parents[line[-1]] >= 0:
        line.append(parents[line[-1]])
    return line


def _scored_items(office: Office, window: Window) -> np.ndarray:
    """Say of each item whether a version that is in force in the window maps it to a leaf."""
    maps = [(rules.leaf_of >= 0).any(axis=1) for rules, _ in versions_of(window, office)]
    return np.logical_or.reduce(maps)


def _why_not(
    names: Names,
    cells: dict[str, str],
    kind: str,
    day: int,
    window: Window,
    scored_items: np.ndarray,
) -> str:
    if kind in SCORELESS:
        return f"{NO_EFFECT}：这种表不计入督查得分"
    if day and not window.start.toordinal() <= day <= window.end.toordinal():
        return f"{NO_EFFECT}：日期不在本期"
    code = names.item_codes.get(values.word(cells["item_code"]))
    known = [code] if code is not None else names.items.get(values.word(cells["item"]), [])
    if known and not scored_items[known].any():
        return f"{NO_EFFECT}：测评项不计分"
    return ""


def _units(names: Names, cells: dict[str, str]) -> Iterator[int]:
    """Find the listed_units local territory that the cells name without doubt, and the responsible units."""
    maps = {"community": names.communities, "street": names.streets, "district": names.districts}
    territories = [known.get(values.word(cells[name]), []) for name, known in maps.items()]
    yield from next((units for units in territories if len(units) == 1), [])
    for name in ("subject", "responsible"):
        for name_text in split_units(names, cells[name]):
            units = names.roles.get(values.word(name_text), [])
            yield from units if len(units) == 1 else []
