"""Make what `test_files_0_5` reads, by the software of version 0.5.0: a template that was filled in, a
marked workbook that was put right, a backup; and what 0.5.0 itself read and ranked.

To be run in a checkout of that version.
"""

import io
import json
import lzma
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import load_workbook
from wenming_metrics.holding import marked_file
from wenming_metrics.keeping.backup import backup
from wenming_metrics.queries.forms import form_file

from tests.offices import CHECK_HEADERS, checklist, make_office
from wenming_metrics import intake, periods
from wenming_metrics.queries.ranking import ranking

CHECKS = [
    [date(2026, 11, 3), "市级", "河西街道", "主次干道", "建设路", "垃圾桶不满溢", "不合格", 2],
    [date(2026, 11, 3), "市级", "城东街道", "主次干道", "东风路", "垃圾桶不满溢", "合格", 0],
    [date(2026, 11, 4), "市级", "城东街", "主次干道", "东风路", "垃圾桶不满溢", "不合格", 1],
]
"""The street of the last one is in no register."""


def open_office(folder: Path) -> object:
    return make_office(
        folder,
        [["A", "垃圾桶不满溢", 5, "*"]],
        [{"code": "A", "weight": 100}],
        types=("主次干道",),
        streets=[("河西街道", "主城区"), ("城东街道", "主城区")],
    )


def main(folder: Path) -> None:
    figures = {}
    with TemporaryDirectory() as made:
        office = open_office(Path(made))
        files = {"template": _filled(form_file(office, "checklist"))}
        marked = marked_file(intake.inspect(office, checklist(CHECKS), "督查.xlsx"))[1]
        files |= {"marked": marked, "marked_and_put_right": _put_right(marked)}
        for name, content in files.items():
            (folder / f"{name}.xlsx").write_bytes(content)
            with TemporaryDirectory() as place:
                figures[name] = _read(open_office(Path(place)), content)
            print(name, figures[name])
        intake.commit(office, intake.inspect(office, files["template"], "表.xlsx"), "某经办")
        content = backup(office.store, Path(made) / "backup.db").path.read_bytes()
        (folder / "backup.db.xz").write_bytes(lzma.compress(content, preset=9))
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (folder / "read_then.json").write_text(text + "\n", encoding="utf-8")


def _read(office: object, content: bytes) -> dict:
    preview = intake.inspect(office, content, "表.xlsx")
    counts = preview.reading.counts
    intake.commit(office, preview, "某经办")
    ranked = ranking(office, periods.window("month", date(2026, 11, 1)), "street")
    ranks = ranked[["unit_name", "rank", "score", "checks", "failed"]]
    return {
        **{name: getattr(counts, name) for name in ("rows", "good", "held")},
        "ranks": json.loads(ranks.to_json(orient="records", force_ascii=False)),
    }


def _filled(template: bytes) -> bytes:
    """Fill a template in as a person does: below its header, by its headers."""
    book = load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    top = next(row for row in sheet.iter_rows(max_row=10) if any(c.value == "扣分" for c in row))
    for number, check in enumerate(CHECKS[:2], top[0].row + 1):
        cells = dict(zip(CHECK_HEADERS, check, strict=True))
        for cell in top:
            sheet.cell(number, cell.column).value = cells.get(cell.value)
    return _bytes(book)


def _put_right(marked: bytes) -> bytes:
    book = load_workbook(io.BytesIO(marked))
    (cell,) = (c for row in book.worksheets[0].iter_rows() for c in row if c.value == "城东街")
    cell.value = "城东街道"
    return _bytes(book)


def _bytes(book: object) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
