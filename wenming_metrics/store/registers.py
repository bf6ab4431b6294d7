"""Registers of units and sites, the plan, names of sites met, and archived rules."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, insert, select

from wenming_metrics.store import schema
from wenming_metrics.store.batches import WITHDRAW, last_acts
from wenming_metrics.store.database import add_rows, read_frame, stamp
from wenming_metrics.units import SITE_COLUMNS, UNIT_COLUMNS, Register

_PLAN = ("day", "team", "street", "point_type", "site", "site_name", "round", "source_row")


def save_units(connection: Connection, batch: int, register: Register) -> None:
    """Store a whole register of units under a batch; the newest batch is in force."""
    units = register.units
    columns = {name: list(units[name]) for name in UNIT_COLUMNS}
    people = [None if pd.isna(count) else int(count) for count in units["population"]]
    told = {"aliases": _lists(units["aliases"]), "population": people, "batch": batch}
    add_rows(connection, schema.register_unit, {**columns, **told})


def save_sites(connection: Connection, batch: int, register: Register) -> None:
    """Store a whole register of sites under a batch; the newest batch is in force."""
    sites = register.sites
    columns = {name: list(sites[name]) for name in SITE_COLUMNS}
    told = {"aliases": _lists(sites["aliases"]), "batch": batch}
    add_rows(connection, schema.register_site, {**columns, **told})


def read_register(connection: Connection) -> Register:
    """Read the units and sites in force: those of the newest batch of each that is in force.

    While they stay in force the same record is given again, so that what is derived from it can
    be kept too.
    """
    version = register_version(connection)
    register = _known.get(version)
    if register is None:
        register = _load(connection, version)
        _known.clear()  # one city per process: the former register is not asked for again
        _known[version] = register
    return register


Version = tuple[tuple[int, str], tuple[int, str]]
_known: dict[Version, Register] = {}


def register_version(connection: Connection) -> Version:
    """Say which registers are in force: batch and moment of units and of sites, (0, "") without.

    The moment tells batches apart whose number was given again after a transaction rolled back.
    """
    acts = last_acts(connection)
    units, sites = (
        _newest(connection, t, acts) for t in (schema.register_unit, schema.register_site)
    )
    return units, sites


def _newest(connection: Connection, table: Table, acts: dict[int, str]) -> tuple[int, str]:
    batches = connection.execute(select(table.c.batch).distinct()).scalars()
    batch = max((number for number in batches if acts.get(number) != WITHDRAW), default=0)
    moment = select(schema.batch.c.at).where(schema.batch.c.batch == batch)
    return batch, connection.execute(moment).scalar() or ""


def _load(connection: Connection, version: Version) -> Register:
    (units_batch, _), (sites_batch, _) = version
    units = _lines(connection, schema.register_unit, units_batch, "unit")
    sites = _lines(connection, schema.register_site, sites_batch, "site")
    units = units.assign(
        aliases=units["aliases"].map(json.loads), population=units["population"].astype("Int64")
    )
    sites = sites.assign(aliases=sites["aliases"].map(json.loads))
    return Register(
        units=units[UNIT_COLUMNS].set_index("unit", drop=False).rename_axis(None),
        sites=sites[SITE_COLUMNS],
        version=version,
    )


def _lines(connection: Connection, table: Table, batch: int, order: str) -> pd.DataFrame:
    query = select(table).where(table.c.batch == batch).order_by(table.c[order])
    return read_frame(connection, query).drop(columns="batch")


def save_plan(connection: Connection, batch: int, plan: pd.DataFrame) -> None:
    """Store the lines of a plan."""
    columns = {name: plan[name] for name in _PLAN}
    add_rows(connection, schema.plan_row, {**columns, "batch": batch, "n": range(len(plan))})


def read_plan(connection: Connection, days: range, batches: np.ndarray) -> pd.DataFrame:
    """Read what was planned for some days: the columns of the table `plan_row`."""
    table = schema.plan_row
    query = select(table).where(table.c.day.between(days.start, days.stop - 1))
    found = read_frame(connection, query)
    return found[found["batch"].isin(batches)].reset_index(drop=True)


def save_sites_met(connection: Connection, sites: pd.DataFrame) -> None:
    """Remember the names of sites that rows speak of; known ones stay as they are."""
    known = set(connection.execute(select(schema.site.c.site)).scalars())
    new = sites[~sites["site"].isin(known)].drop_duplicates("site")
    columns = {name: new[name] for name in ("site", "unit", "street", "point_type", "name")}
    add_rows(connection, schema.site, columns)


def read_sites_met(connection: Connection) -> pd.DataFrame:
    """Read the sites met: site, unit, street, point_type, name."""
    return read_frame(connection, select(schema.site))


def is_archived(connection: Connection, digest: str) -> bool:
    """Say whether the rules of a digest are kept in the store."""
    table = schema.rules_archive
    return (
        connection.execute(select(table.c.id).where(table.c.digest == digest)).first() is not None
    )


def archive_rules(connection: Connection, digest: str, rules_id: str, content: bytes) -> None:
    """Keep the folder of a rule set under its digest, once."""
    if not is_archived(connection, digest):
        kept = {"digest": digest, "id": rules_id, "at": stamp(), "content": content}
        connection.execute(insert(schema.rules_archive), kept)


def _lists(values: pd.Series) -> list[str]:
    return [json.dumps(list(value), ensure_ascii=False) for value in values]
