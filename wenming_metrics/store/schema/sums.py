"""What is summed of rows, and may be made anew from them."""

from __future__ import annotations

from sqlalchemy import LargeBinary, SmallInteger, Table, Text

from wenming_metrics.store.schema.columns import key, metadata, required, words

day_tally = Table(
    "day_tally",
    metadata,
    key("day"),
    required("cells", LargeBinary),
    required("visits", LargeBinary),
    required("grain", LargeBinary),
)
month_sites = Table("month_sites", metadata, key("month"), required("sites", LargeBinary))
basis = Table("basis", metadata, key("basis", Text), words("rules"), words("board"))
running_sum = Table(
    "running_sum",
    metadata,
    key("basis", Text),
    key("span", SmallInteger),
    key("at"),
    required("leaves", LargeBinary),
    required("settled", LargeBinary),
)
