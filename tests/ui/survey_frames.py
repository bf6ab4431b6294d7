"""Small answers of `queries.survey.rates` for tests, made by hand in the shape that it gives."""

import numpy as np
import pandas as pd

NAN = float("nan")


def units(*lines) -> pd.DataFrame:
    """Units of one rate. lines - (name, group, n, value, half width, state, place)"""
    rows = []
    for at, (name, group, n, value, half, state, place) in enumerate(lines):
        hidden = state == "hidden"
        value = NAN if hidden else value
        rows.append(
            {
                **{"unit": at, "unit_name": name, "group": group, "rate": "satisfied"},
                **{"k": value * n / 100, "n": n, "value": value, "shown": value},
                **{"low": max(value - half, 0), "high": min(value + half, 100)},
                **{"unknown": 1, "blank": 0, "not_asked": 0, "refused": 0, "flagged": 0},
                **{"state": state, "place": NAN if place is None else float(place)},
            }
        )
        if hidden:
            rows[-1] |= dict.fromkeys(["k", "low", "high"], NAN)
    return pd.DataFrame(rows)


def totals(city=93.2, n=1660, low=91.4, high=94.7, **more) -> pd.DataFrame:
    """The city's line, and one per group given as name=value."""
    rows = [("city", "全市", city, n, low, high)]
    rows += [("group", name, value, 200, value - 3, value + 3) for name, value in more.items()]
    found = pd.DataFrame(rows, columns=["level", "name", "value", "n", "low", "high"])
    return found.assign(
        rate="satisfied",
        shown=np.round(found["value"], 2),
        **{"n_eff": found["n"].astype(float), "deff": 1.0, "made": "全部问卷合在一起算"},
        **{"covered": 4, "of": 4},
    )


CITY = units(
    ("甲街道", "主城区", 200, 97.5, 2.0, "", 1),
    ("乙街道", "主城区", 60, 92.0, 7.0, "", 2),
    ("丙街道", "主城区", 40, 91.0, 9.0, "caution", 3),
    ("丁街道", "其他", 200, 80.0, 5.5, "", 1),
    ("戊街道", "其他", 20, 60.0, 20.0, "small", None),
    ("己街道", "其他", 6, 33.3, 0.0, "hidden", None),
)
