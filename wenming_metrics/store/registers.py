"""Registers of units, sites and holidays, the plan, names of sites met, and archived rules."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

import pandas as pd
from sqlalchemy import Connection, Select, Table, func, insert, select

from wenming_metrics.domain.registers import SITE_COLUMNS, UNIT_COLUMNS, Register
from wenming_metrics.domain.working_days import WorkingDays, announced, arrange, arrangement_of
from wenming_metrics.store import schema
from wenming_metrics.store.changes import RESTS_ON
from wenming_metrics.store.database import stamp
from wenming_metrics.store.days import among
from wenming_metrics.store.frames import add_rows, read_frame, that_count

_REGISTERS = ("units", "sites", "holidays", "registers")
_HOLIDAYS = "holidays"
_EXTENT_OF = {"record": ("record", _HOLIDAYS)} | {
    name: (name, "") for name in ("register_unit", "register_site")
}
"""What the newest register of a kind rests on: its own lines, not on what else comes in."""
_AT_ONCE = 5_000
"""How many keys are asked for in one query; SQLite takes at most 32,766."""
_PLAN = ("day", "team", "street", "point_type", "site", "site_name", "round", "source_row")


def save_units(connection: Connection, batch: int, register: Register) -> None:
    """Store a whole register of units under a batch; the newest batch is in force."""
    units = register.units
    columns = {name: list(units[name]) for name in UNIT_COLUMNS}
    people = [None if pd.isna(count) else int(count) for count in units["population"]]
    converted = {"aliases": _lists(units["aliases"]), "population": people, "batch": batch}
    add_rows(connection, schema.register_unit, {**columns, **converted})


def save_sites(connection: Connection, batch: int, register: Register) -> None:
    """Store a whole register of sites under a batch; the newest batch is in force."""
    sites = register.sites
    columns = {name: list(sites[name]) for name in SITE_COLUMNS}
    converted = {"aliases": _lists(sites["aliases"]), "batch": batch}
    add_rows(connection, schema.register_site, {**columns, **converted})


def read_register(connection: Connection) -> Register:
    """Read the units and sites in force: those of the newest batch of each that is in force.

    While they stay in force the same record is given again, so that what is derived from it can
    be kept too.
    """
    version = register_version(connection)
    register = _register_cache.get(version)
    if register is None:
        register = _load(connection, version)
        _register_cache.clear()  # one city per process: the former register is not asked for again
        _register_cache[version] = register
    return register


Version = tuple[tuple[int, str], tuple[int, str], tuple[int, str]]
_register_cache: dict[Version, Register] = {}


def register_version(connection: Connection) -> Version:
    """Say which registers are in force: batch and moment of units, sites, holidays; (0, "") without.

    The moment tells batches apart whose number was given again after a transaction rolled back.
    """
    tables = (schema.register_unit, schema.register_site, schema.record)
    units, sites, holidays = (_newest(connection, table) for table in tables)
    return units, sites, holidays


def _newest(connection: Connection, table: Table) -> tuple[int, str]:
    row = connection.execute(_newest_query(table)).first()
    return tuple(row) if row else (0, "")


@lru_cache(maxsize=3)
def _newest_query(table: Table) -> Select:
    """Make the question once: it is asked several times with every file, and costs to put together.

    Newest key first: the search ends at the first batch that counts, however many lines it has.
    """
    return (
        select(schema.batch.c.batch, schema.batch.c.at)
        .where(schema.batch.c.live == 1)
        .where(select(table.c.batch).where(table.c.batch == schema.batch.c.batch).exists())
        .where(schema.batch.c.kind.in_(_REGISTERS))
        .order_by(schema.batch.c.batch.desc())
        .limit(1)
        .execution_options(**{RESTS_ON: {_EXTENT_OF[table.name]}})
    )


def _load(connection: Connection, version: Version) -> Register:
    (units_batch, _), (sites_batch, _), _ = version
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
        calendar=_read_calendar(connection),
    )


def _read_calendar(connection: Connection) -> WorkingDays:
    """Lay the registers of holidays over the announced years, in the order in which they came."""
    record = schema.record
    query = that_count(select(record.c.told).where(record.c.kind == _HOLIDAYS), record)
    query = query.order_by(record.c.batch, record.c.seq)
    stretches = map(json.loads, connection.scalars(query))
    return arrange(announced(), map(arrangement_of, stretches))


def _lines(connection: Connection, table: Table, batch: int, order: str) -> pd.DataFrame:
    query = select(table).where(table.c.batch == batch).order_by(table.c[order])
    return read_frame(connection, query).drop(columns="batch")


def save_plan(connection: Connection, batch: int, plan: pd.DataFrame) -> None:
    """Store the lines of a plan."""
    columns = {name: plan[name] for name in _PLAN}
    add_rows(connection, schema.plan_row, {**columns, "batch": batch, "n": range(len(plan))})


def read_plan(connection: Connection, days: Iterable[int]) -> pd.DataFrame:
    """Count what the plans that count ask for on some days: day, street, point_type, lines.

    A line that came in several files, such as a plan and the same plan corrected, counts once.
    """
    table = schema.plan_row
    keys = ("day", "street", "point_type")
    line = [table.c[name] for name in (*keys, "site", "site_name", "team", "round")]
    per_file = select(*line, func.count().label("lines")).where(among(table.c.day, days))
    per_file = that_count(per_file, table).group_by(*line, table.c.batch).subquery()
    same = [column for column in per_file.c if column.name != "lines"]
    once = select(*same, func.max(per_file.c.lines).label("lines")).group_by(*same).subquery()
    key_columns = [once.c[name] for name in keys]
    return read_frame(
        connection,
        select(*key_columns, func.sum(once.c.lines).label("lines")).group_by(*key_columns),
    )


def plan_lines(connection: Connection, days: Iterable[int]) -> pd.DataFrame:
    """Read the lines of the plans that count on some days, each once: day, street, point_type, site,
    site_name, team, round."""
    table = schema.plan_row
    names = ("day", "street", "point_type", "site", "site_name", "team", "round")
    query = select(*(table.c[name] for name in names)).where(among(table.c.day, days)).distinct()
    return read_frame(connection, that_count(query, table).order_by(*(table.c[n] for n in names)))


def has_plan(connection: Connection) -> bool:
    """Say whether any plan is stored, whether it counts or not."""
    return connection.execute(select(schema.plan_row.c.day).limit(1)).first() is not None


def planned_days(connection: Connection) -> list[int]:
    """List the days that plans that count ask for something on."""
    days = schema.batch_day
    query = that_count(select(days.c.day).distinct(), days).where(schema.batch.c.kind == "plan")
    return sorted(connection.execute(query).scalars())


def save_sites_met(connection: Connection, sites: pd.DataFrame) -> None:
    """Remember the names of sites that rows speak of; known ones stay as they are."""
    once = sites.drop_duplicates("site")
    stored: set[int] = set()
    for first in range(0, len(once), _AT_ONCE):
        site_numbers = once["site"].iloc[first : first + _AT_ONCE].tolist()
        query = select(schema.site.c.site).where(schema.site.c.site.in_(site_numbers))
        stored |= set(connection.execute(query).scalars())
    new = once[~once["site"].isin(stored)]
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


def archived_rules(connection: Connection, digest: str) -> bytes | None:
    """Give the packed folder of the rules of a digest, None when they are not kept."""
    table = schema.rules_archive
    query = select(table.c.content).where(table.c.digest == digest)
    return connection.execute(query).scalar()


def archive_rules(connection: Connection, digest: str, rules_id: str, content: bytes) -> None:
    """Keep the folder of a rule set under its digest, once."""
    if not is_archived(connection, digest):
        columns = {"digest": digest, "id": rules_id, "at": stamp(), "content": content}
        connection.execute(insert(schema.rules_archive), columns)


def _lists(values: pd.Series) -> list[str]:
    return [json.dumps(list(value), ensure_ascii=False) for value in values]
