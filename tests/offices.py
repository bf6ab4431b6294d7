"""Small offices for tests: catalogue and rules as real files, registers and rows as real workbooks."""

import csv
import shutil
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from tests import postgres
from tests.builders import xlsx as workbook
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.runtime.settings import Settings, store_url
from wenming_metrics.store.batches import all_days
from wenming_metrics.store.catalogue import forget_shipped
from wenming_metrics.store.database import Store, open_store, writing
from wenming_metrics.tallies.update import retally

RULES = """
id = "tiny"
title = "算例办法"
short = "算例"
version = "1"
source = "算例"
effective_from = 2020-01-01
full_mark = 100
{extra}
[[board]]
kind = "street"
title = "街道"
role = "territory"
ranked = true
groups = ["主城区", "其他"]
"""
CHECK_HEADERS = ["督查日期", "来源", "街道", "点位类型", "点位名称", "测评项", "检查结果", "扣分"]


def write_csv(path: Path, header: list[str], rows: list[list]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def make_office(
    folder: Path,
    items: list[list],
    indicators: list[dict],
    *,
    types: tuple[str, ...] = ("小区", "市场"),
    mapping: list[list] | None = None,
    extra: str = "",
    streets: list[tuple[str, str]] = (),
    sites: list[list] = (),
    files: Mapping[str, str] | None = None,
    later: Sequence[dict] = (),
    full_mark: int = 100,
    effective_from: str = "2020-01-01",
) -> Office:
    """Open a new office in a folder.

    items - [code, name, full mark, point types ("*" or "T1|T2")]; indicators - dicts of the
    columns of indicators.csv; mapping - [item, point types, leaf], by default item -> same code;
    streets, sites - with a register of them, as `register_units` uploads it; files - further
    files of the rules by name, as text; later - versions that follow: dicts with effective_from
    and what differs (indicators, mapping, extra, files)
    """
    mapped = mapping if mapping is not None else [[item[0], "", item[0]] for item in items]

    def make(place: Path) -> Office:
        write_catalogue(place / "data", items, types)
        first = {"indicators": indicators, "mapping": mapped, "extra": extra}
        first |= {"files": files or {}, "full_mark": full_mark, "effective_from": effective_from}
        write_rules(place / "data" / "rules" / "tiny", **first)
        for number, version in enumerate(later, 2):
            told = {**first, "version": number, **version}
            write_rules(place / "data" / "rules" / f"tiny-{number}", **told)
        if not streets or _has_store(place):
            made = open_office(Settings(place / "data", new_store(place), None))
            if streets:
                register_units(made, streets, sites)
            return made
        registered = _registered(types, streets, sites)
        url = _remember(place, copy_store(registered, place, "store.db"))
        return open_office(Settings(place / "data", url, None))

    if _has_store(folder):  # a test's own, which is to be opened as it is
        return make(folder)
    told = (items, indicators, types, mapped, extra, streets, sites, files, later)
    return copy_office(folder, repr((*told, full_mark, effective_from)), make)


def write_catalogue(data: Path, items: list[list], types: tuple[str, ...]) -> None:
    write_csv(
        data / "catalogue" / "point_types.csv",
        ["code", "name", "aliases"],
        [[f"T{n}", name, ""] for n, name in enumerate(types, 1)],
    )
    write_csv(
        data / "catalogue" / "items.csv",
        ["code", "name", "category", "full_mark", "point_types", "aliases"],
        [[code, name, "公共环境", mark, at, ""] for code, name, mark, at in items],
    )


def write_rules(
    folder: Path,
    indicators: list[dict],
    mapping: list[list],
    *,
    extra: str = "",
    files: Mapping[str, str] | None = None,
    version: int = 1,
    effective_from: str = "2020-01-01",
    full_mark: int = 100,
) -> None:
    """Write a folder of rules; see `make_office`."""
    names = ["code", "parent", "name", "weight", "method", "mode", "average", "settlement"]
    names += ["full_mark", "lead", "responsible", "note", "table", "fact", "missing"]
    rows = [
        [line.get(name, line["code"] if name == "name" else "") for name in names]
        for line in indicators
    ]
    write_csv(folder / "indicators.csv", names, rows)
    write_csv(folder / "items.csv", ["item", "point_types", "indicator"], mapping)
    named = RULES.replace('"tiny"', f'"{folder.name}"').replace("2020-01-01", effective_from)
    named = named.replace("full_mark = 100", f"full_mark = {full_mark}")
    (folder / "rules.toml").write_text(
        named.replace('version = "1"', f'version = "{version}"').format(extra=extra), "utf-8"
    )
    for name, text in (files or {}).items():
        (folder / name).write_text(text, encoding="utf-8")


def _registered(types: tuple, streets: list, sites: list) -> Store:
    """Give a store that holds a register and nothing else, made once in a run of the tests."""
    key = repr(("registered", types, streets, sites))
    if key not in _models:
        items, leaf = [["A1", "甲", 1, "*"]], {"code": "A1", "weight": 100}
        place = TemporaryDirectory(prefix="wenming-model-")
        made = make_office(Path(place.name), items, [leaf], types=types)
        register_units(made, streets, sites)
        with writing(made.store) as connection:
            forget_shipped(connection)  # the tests lay catalogues of their own beside it
        _models[key] = made, place
    return _models[key][0].store


_models: dict[Hashable, tuple[Office, TemporaryDirectory]] = {}


def copy_office(folder: Path, key: Hashable, make: Callable[[Path], Office]) -> Office:
    """Give a test's own copy, in a folder, of an office that is made once in a run of the tests.

    key - names what is copied; make - makes it in a folder, with its data and its store; nobody
    changes that one
    """
    if key not in _models:
        place = TemporaryDirectory(prefix="wenming-model-")
        _models[key] = make(Path(place.name)), place
    model, place = _models[key]
    shutil.copytree(Path(place.name) / "data", folder / "data", dirs_exist_ok=True)
    url = _remember(folder, copy_store(model.store, folder, "store.db"))
    return replace(model, store=open_store(url))


def _remember(folder: Path, url: str) -> str:
    """Keep the address of a folder's store on a server."""
    if postgres.is_chosen():
        _made[folder] = url
    return url


_made: dict[Path, str] = {}


def new_store(folder: Path) -> str:
    """Give the URL of a folder's store on the engine that the tests run on; at first it is empty."""
    if not postgres.is_chosen():
        return store_url(folder / "store.db")
    if folder not in _made:
        _made[folder] = store_url(postgres.cluster().new_database())
    return _made[folder]


def _has_store(folder: Path) -> bool:
    return folder in _made or (folder / "store.db").exists()


def copy_store(store: Store, folder: Path, name: str = "copy.db") -> str:
    """Give the URL of a copy of a store; nobody else may be using it."""
    store.engine.dispose()
    place = store.engine.url
    if place.get_backend_name() != "sqlite":
        return store_url(postgres.cluster().new_database(like=place.database))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(place.database, folder / name)
    return store_url(folder / name)


def register_units(office: Office, streets: list[tuple[str, str]], sites: list[list] = ()) -> int:
    """Upload a register: streets as (name, group); sites as [name, type, street]."""
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组", "别名"]
    units = [["D1", "演示区", "区", "", "", ""], ["B1", "城管局", "部门", "", "", ""]]
    units += [
        [f"S{n}", name, "街道", "演示区", group, ""] for n, (name, group) in enumerate(streets, 1)
    ]
    sheets = {"单位名册": [header, *units]}
    if sites:
        sheets["点位名册"] = [["点位名称", "点位类型", "所属街道"], *sites]
    return ingest(office, workbook(sheets), "名册.xlsx")


def ingest(office: Office, data: bytes, name: str, **choices: bool) -> int:
    """Read and commit; every row must be good."""
    preview = commit.inspect(office, data, name, **choices)
    assert preview.can_commit, [problem.text for problem in preview.problems]
    assert preview.reading.counts.held == 0, [problem.text for problem in preview.problems]
    return commit.commit(office, preview, "测试")


def checklist(rows: list[list], name: str = "督查表") -> bytes:
    """Write a checklist; rows in the order of CHECK_HEADERS."""
    return workbook({name: [CHECK_HEADERS, *rows]})


def rebuild(connection: Connection, rules: RuleSet) -> None:
    """Tally every day that ever had rows anew, within one transaction."""
    retally(connection, all_days(connection), rules)
