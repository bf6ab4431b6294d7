"""From bytes to committed and rankable, beside bare decoding and beside a plain script."""

import io
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import python_calamine

from wenming_metrics import intake
from wenming_metrics.demo.big import big_workbook
from wenming_metrics.demo.city import build_city
from wenming_metrics.demo.workbooks import write_registers
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.settings import ROOT, Settings, store_url

SEED = 2026
FIRST = ROOT / "data" / "samples" / "2026-11-18_督查二组_检查表.xlsx"


@dataclass(frozen=True)
class Case:
    """One file, and the folder of its stores; every ingest goes into a new store with registers."""

    folder: Path
    path: Path
    content: bytes

    @classmethod
    def make(cls, folder: Path, rows: int) -> "Case":
        """Write a checklist of so many rows from the seed."""
        path = folder / f"{rows}.xlsx"
        big_workbook(path, rows, SEED)
        return cls(folder, path, path.read_bytes())


def prepare(case: Case, count: int) -> Iterator[Office]:
    """Open `count` stores as they are on a working day: registers in, one file already stored."""
    first = case.folder / f"{case.path.stem}.db"
    office = open_office(Settings(ROOT / "data", store_url(first), None))
    for register in write_registers(case.folder, build_city(SEED)):
        intake.commit(office, intake.inspect(office, register.read_bytes(), register.name), "测量")
    office.store.engine.dispose()
    places = [first.with_name(f"{case.path.stem}-{n}.db") for n in range(count)]
    for place in places:
        with sqlite3.connect(first) as full, sqlite3.connect(place) as copy:
            full.backup(copy)
    for place in places:
        office = open_office(Settings(ROOT / "data", store_url(place), None))
        intake.commit(office, intake.inspect(office, FIRST.read_bytes(), FIRST.name), "测量")
        yield office


def whole_ingest(case: Case, office: Office) -> None:
    """Read in the sandbox, check, commit, tally."""
    preview = intake.inspect(office, case.content, case.path.name)
    assert preview.reading.counts.held == 0
    intake.commit(office, preview, "测量")


def bare_reading(case: Case) -> None:
    """Iterate the rows with python-calamine and do nothing with them."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(case.content))
    for name in book.sheet_names:
        for _ in book.get_sheet_by_name(name).iter_rows():
            pass


def naive_script(case: Case) -> pd.DataFrame:
    """What an office would write by itself: read with pandas and openpyxl, group, sum."""
    frame = pd.read_excel(io.BytesIO(case.content), engine="openpyxl", header=None, dtype=object)
    header = next(n for n, row in enumerate(frame.to_numpy()) if (pd.Series(row) == "扣分").any())
    frame = frame.iloc[header + 1 :].set_axis(list(frame.iloc[header]), axis=1)
    street = next(name for name in frame.columns if "街道" in str(name))
    points = pd.to_numeric(frame["扣分"], errors="coerce").fillna(0)
    return points.groupby(frame[street]).agg(["size", "sum"])
