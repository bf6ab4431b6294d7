"""Generated stores: years of checked days, stored as an ingest stores them.

A day is a plan and a file of all teams. Everything that an ingest writes is written, by the same
functions; only the bytes and the cells of every file are those of one real workbook of its size,
for making 365 of them would take an hour.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from tests.benchmarks.city import FAILING, SEED, City, build_city, day_checks, day_table
from tests.builders import xlsx
from wenming_metrics.intake import prepare, transaction
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.reading.model.reading import PLAN, REGISTERS, Context, Counts, Reading
from wenming_metrics.reading.read import read
from wenming_metrics.runtime.settings import ROOT, Settings, store_url
from wenming_metrics.scoring.tally import columns, leaves, tally
from wenming_metrics.scoring.tree import basis, settling
from wenming_metrics.store import batches, cells, registers, rows, schema, tallies
from wenming_metrics.store.database import reading, writing
from wenming_metrics.tallies import update

END = date(2025, 12, 20)
"""The last day of every generated store: late in a month and in a year, where sums are longest."""
A_DAY = 12_000
WHO = "测量"
_MODULES = (
    *(schema.files, schema.rows, tallies, batches, registers, rows, cells),
    *(prepare, transaction, update),
    *(tally, basis, columns, leaves, settling),
)
"""What decides on the form of what is stored."""


def make_store(
    place: str | Path | None,
    days: int,
    checks_a_day: int = A_DAY,
    seed: int = SEED,
    failing: float = FAILING,
) -> Office:
    """Open a store of so many days up to END, made at the first call.

    Takes: place - a folder that keeps the stores of earlier calls (None: one for temporary files),
           or the URL of an empty database or of one that an earlier call has filled;
           failing - the share of the checks that finds a problem
    """
    if isinstance(place, str) and "://" in place:
        office = open_at(place)
        with reading(office.store) as connection:
            filled = bool(batches.all_days(connection))
        if not filled:
            _fill(office, days, checks_a_day, seed, failing)
        return office
    folder = Path(place or Path(gettempdir()) / "wenming-stores")
    name = f"{days}x{checks_a_day}-{failing:g}-{seed}"
    path = folder / f"{name}-{_form()}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for former in folder.glob(f"{name}-*"):
            former.unlink()
        part = path.with_suffix(".part")
        office = open_at(part)
        _fill(office, days, checks_a_day, seed, failing)
        office.store.engine.dispose()  # the last connection brings the log into the file
        part.rename(path)
    return open_at(path)


def open_at(place: str | Path) -> Office:
    """Open the office of a store with the data of this checkout."""
    return open_office(Settings(ROOT / "data", store_url(place), "demo-2026"))


def file_of(
    office: Office, on: date, count: int = A_DAY, again: int = 0, seed: int = SEED
) -> transaction.Preview:
    """Give a file of one day as it is when it has been read and is about to be stored."""
    city = build_city(seed)
    checks, roles = day_checks(city, on.toordinal(), count, again)
    with reading(office.store) as connection:
        version = registers.register_version(connection)
    sent = _sent(*_inspection(city, checks, roles), f"{on}_{again}_督查记录.xlsx", on)
    return replace(sent, register=version)


def _form() -> str:
    """Name the form of what is stored: a store made by other code is not taken for this one's."""
    sources = [Path(module.__file__) for module in _MODULES]
    sources += [Path(__file__), Path(__file__).with_name("city.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8]


def _fill(office: Office, days: int, checks_a_day: int, seed: int, failing: float) -> None:
    """Store the register, then a month in one transaction."""
    city = build_city(seed)
    register = Reading("", "", REGISTERS, units=city.units, registered_sites=city.places)
    with writing(office.store) as connection:
        transaction.store_file(connection, _sent(register, b"", "名册.xlsx"), office.rules, WHO)
    dates = [END - timedelta(days=ago) for ago in range(days - 1, -1, -1)]
    for _, month in groupby(dates, key=lambda on: (on.year, on.month)):
        with writing(office.store) as connection:
            for on in month:
                _store_day(connection, office, city, on, checks_a_day, failing)


def _store_day(
    connection: Connection,
    office: Office,
    city: City,
    on: date,
    checks_a_day: int,
    failing: float,
) -> None:
    checks, roles = day_checks(city, on.toordinal(), checks_a_day, failing=failing)
    plan = Reading("", "", PLAN, plan=_plan(city, on, checks))
    for sent in (
        _sent(plan, b"", f"督查计划_{on}.xlsx", on),
        _sent(*_inspection(city, checks, roles), f"{on}_督查记录.xlsx", on),
    ):
        transaction.store_file(connection, sent, office.rules, WHO)


def _sent(found: Reading, like: bytes, name: str, *days: date) -> transaction.Preview:
    """Make a file of its own of a reading: its bytes are those of a like one and its name."""
    content = like + name.encode()
    rows = max(len(frame) for frame in (found.checks, found.plan, found.units))
    facts = {"filename": name, "sha256": hashlib.sha256(content).hexdigest()}
    found = replace(found, **facts, counts=Counts(rows, rows))
    return transaction.Preview(name, content, found, (), days, ())


def _inspection(city: City, checks: pd.DataFrame, roles: pd.DataFrame) -> tuple[Reading, bytes]:
    """Give what reading a workbook of these checks gives, and the bytes of a like one."""
    found, content = _real(city, round(len(checks), -3))
    sites = city.register.sites.set_index("site", drop=False).loc[checks["site"].unique()]
    sites = sites.drop(columns="aliases").reset_index(drop=True)
    return replace(found, checks=checks, roles=roles, sites=sites), content


@lru_cache(maxsize=8)
def _real(city: City, count: int) -> tuple[Reading, bytes]:
    """Write and read a real workbook of so many checks (at least ten)."""
    checks, roles = day_checks(city, END.toordinal(), max(count, 10))
    content = xlsx({"督查记录": day_table(city, checks, roles)})
    found = read(content, "督查记录.xlsx", Context(city.register, city.catalogue, END))
    assert found.counts.good == len(checks), found.outcome
    same = found.checks.drop(columns=["sheet", "visit"])
    assert same.equals(checks.drop(columns=["sheet", "visit"])), "not what a reading gives"
    return found, content


def _plan(city: City, on: date, checks: pd.DataFrame) -> pd.DataFrame:
    """Plan a day: what was visited is what was to be visited."""
    sites = city.register.sites.set_index("site", drop=False).loc[checks["site"].unique()]
    told = {"day": on.toordinal(), "team": "督查一组", "round": f"{on:%G}年第{on:%V}周"}
    lines = {"site_name": sites["name"], "source_row": np.arange(len(sites)) + 2}
    return sites[["street", "point_type", "site"]].assign(**told, **lines)
