"""点位名册: which sites there are, of which type and in which street."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.reading.inspection.plan import texts
from wenming_metrics.reading.inspection.registers import aliases_of
from wenming_metrics.reading.model.reading import PLACE_COLUMNS
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.where import settle_where
from wenming_metrics.reading.tables.table import Table, report_each
from wenming_metrics.vocabulary import normalise


def read_site_register(table: Table, names: Names) -> pd.DataFrame:
    """Read a register of sites. Returns: `Reading.registered_sites`: rows that nothing holds."""
    unknown = np.full(table.n_rows, -1, np.int64)
    where = settle_where(table, names, unknown, {})
    name, aliases = texts(table, "site"), aliases_of(table)
    rows_by_site: dict[tuple[int, str], int] = {}
    rows, first_rows = [], []
    for row in np.flatnonzero(~table.held).tolist():
        first = rows_by_site.setdefault((int(where.street[row]), normalise(name[row])), row)
        if first != row:
            rows.append(row)
            first_rows.append({"first": int(table.excel[first])})
    report_each(table, np.array(rows, np.int64), "名册-12", "site", first_rows)
    counted_rows = np.flatnonzero(~table.held)
    columns = {
        **{"name": name[counted_rows], "point_type": where.point_type[counted_rows]},
        **{"street": where.street[counted_rows], "unit": where.unit[counted_rows]},
        "aliases": pd.Series([aliases[row] for row in counted_rows.tolist()], dtype=object),
        **{
            "sheet": np.full(len(counted_rows), table.sheet.index),
            "source_row": table.excel[counted_rows],
        },
    }
    return pd.DataFrame(columns).astype(PLACE_COLUMNS)
