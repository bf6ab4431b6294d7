"""Make the store that `test_clean` cleans, by the software of version 0.5.0, with people's marks planted.

To be run in a checkout of that version into which today's tests/reading/planted.py was put; it writes
store_0_5.db.xz, and what 0.5.0 itself ranked as store_0_5.json.
"""

import json
import lzma
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.offices import make_office
from tests.reading import planted
from wenming_metrics import intake, periods
from wenming_metrics.queries.ranking import ranking

FILES = {
    "列名.xlsx": planted.findings_with_headers(),
    "句子.xlsx": planted.findings_with_sentences(),
    "各处.xlsx": planted.findings_with_parts(),
    f"来电{planted.mobile(900)}.csv": planted.findings_as_text(),
}


def main(folder: Path) -> None:
    with TemporaryDirectory() as made:
        office = make_office(
            Path(made),
            [["A", "垃圾桶不满溢", 5, "*"]],
            [{"code": "A", "weight": 100}],
            types=("主次干道",),
            streets=[("河西街道", "主城区"), ("城东街道", "主城区")],
        )
        for name, (content, _) in FILES.items():
            preview = intake.inspect(office, content, name)
            print(name, preview.reading.outcome, [p.text for p in preview.problems][:6])
            intake.commit(office, preview, "某经办")
        intake.withdraw(office, 2, "某经办", f"{planted.mobile(901)}要求撤回")
        intake.reinstate(office, 2, "某经办", f"打{planted.mobile(902)}催过")
        ranked = ranking(office, periods.window("month", date(2026, 11, 1)), "street")
        figures = json.loads(ranked.to_json(orient="records", force_ascii=False))
        path = office.store.engine.url.database
        office.store.engine.dispose()
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            file.execute("PRAGMA journal_mode=DELETE")
        content = Path(path).read_bytes()
    (folder / "store_0_5.db.xz").write_bytes(lzma.compress(content, preset=9))
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (folder / "store_0_5.json").write_text(text + "\n", encoding="utf-8")
    print(len(content), (folder / "store_0_5.db.xz").stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
