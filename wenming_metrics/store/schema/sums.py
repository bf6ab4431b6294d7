"""What is summed of rows, and may be made anew from them."""

from __future__ import annotations

from sqlalchemy import LargeBinary, SmallInteger, Table, Text

from wenming_metrics.store.schema.columns import key, metadata, whole, words

day_tally = Table(
    "day_tally",
    metadata,
    key("day"),
    whole("cells", LargeBinary),
    whole("visits", LargeBinary),
    whole("grain", LargeBinary),
)
month_sites = Table("month_sites", metadata, key("month"), whole("sites", LargeBinary))
basis = Table("basis", metadata, key("basis", Text), words("rules"), words("board"))
running_sum = Table(
    "running_sum",
    metadata,
    key("basis", Text),
    key("span", SmallInteger),
    key("at"),
    whole("leaves", LargeBinary),
    whole("settled", LargeBinary),
)
