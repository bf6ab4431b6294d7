"""Stored rows as people read them: with names of sites, units and items, and their original cells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.domain.privacy import mask
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.originals import descriptions, original_cells
from wenming_metrics.store.registers import read_register, read_sites_met
from wenming_metrics.store.rows import read_pieces, read_role
from wenming_metrics.vocabulary import RESULTS, ROLE_CODES, SOURCE_CODES, SOURCES


def describe(connection: Connection, office: Office, rows: pd.DataFrame) -> pd.DataFrame:
    """Put names and original cells to stored rows.

    Takes: rows - of the table `row`, with loss and leaf_name
    """
    sites = read_sites_met(connection).set_index("site")["name"]
    names, streets = _unit_names(connection)
    items, types = office.catalogue.items["name"], office.catalogue.point_types["name"]
    described = pd.DataFrame(
        {
            "day": [date.fromordinal(int(day)) for day in rows["day"]],
            "unit_name": rows["unit"].map(streets).to_numpy(),
            "site_name": rows["site"].map(sites).to_numpy(),
            "point_type_name": types.reindex(rows["point_type"]).to_numpy(),
            "item_name": items.reindex(rows["item"]).to_numpy(),
            "leaf_name": rows["leaf_name"].to_numpy(),
            "source_name": [SOURCES[SOURCE_CODES[n]] for n in rows["source"]],
            "result": [RESULTS[n] for n in rows["result"]],
            "lost": rows["lost"].to_numpy(float) / POINT_SCALE,
            "possible": rows["possible"].to_numpy(float) / POINT_SCALE,
            "loss": rows["loss"].to_numpy(float),
            "places": rows["places"].to_numpy(),
            "responsible": _responsible(connection, rows, names),
            "batch": rows["batch"].to_numpy(),
            "seq": rows["seq"].to_numpy(),
            "source_row": rows["source_row"].to_numpy(),
        }
    )
    cells = original_cells(connection, rows.reset_index(drop=True))
    texts = _pieces_of(connection, rows, cells["description"])
    return described.join(cells.assign(description=texts))


def problem_texts(connection: Connection, rows: pd.DataFrame) -> list[str]:
    """Give what many rows say of their problem, starred as `describe` does, without their other cells.

    Takes: rows - batch, seq, sheet, source_row
    """
    texts = descriptions(connection, rows)
    starred = {text: mask(text) for text in set(texts)}
    return _pieces_of(connection, rows, map(starred.get, texts))


def _pieces_of(connection: Connection, rows: pd.DataFrame, texts: Iterable[str]) -> list[str]:
    """Give the description of each row; of a cell with several problems the one that is meant."""
    pieces = read_pieces(connection, rows["batch"].unique())
    words = {
        (piece.batch, piece.seq): f"第 {piece.piece} 条：{mask(piece.words)}"
        for piece in pieces.itertuples()
    }
    keys = zip(rows["batch"], rows["seq"], texts, strict=True)
    return [words.get((batch, seq), text) for batch, seq, text in keys]


def _unit_names(connection: Connection) -> tuple[dict[int, str], dict[int, str]]:
    """Give the name of every unit, and the name of the street it lies in (else its own)."""
    register = read_register(connection)
    units = register.units
    names = dict(zip(units["unit"], units["name"], strict=True))
    streets = zip(units["unit"], ancestors(register, "street"), strict=True)
    return names, {unit: names.get(street, names[unit]) for unit, street in streets}


def _responsible(connection: Connection, rows: pd.DataFrame, names: dict[int, str]) -> list[str]:
    """Give the responsible units that each row names, joined by 、."""
    days_and_batches = (rows[name].unique() for name in ("day", "batch"))
    role = ROLE_CODES.index("responsible")
    roles = read_role(connection, *days_and_batches, role, seqs=rows["seq"].unique()).sort_values(
        "unit"
    )
    keys = list(zip(rows["batch"], rows["seq"], strict=True))
    unit_names: dict[tuple[int, int], list[str]] = {key: [] for key in keys}
    for batch, seq, unit in zip(roles["batch"], roles["seq"], roles["unit"], strict=True):
        if (key := (batch, seq)) in unit_names:
            unit_names[key].append(names[unit])
    return ["、".join(unit_names[key]) for key in keys]
