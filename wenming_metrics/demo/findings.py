"""How a problem of the made-up city is written down: words, deduction, who is responsible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wenming_metrics.demo.city import demo_catalogue, read_words
from wenming_metrics.rules.catalogue import split
from wenming_metrics.rules.load import load_rules
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.runtime.settings import ROOT

CAN_BE_SHUT = ("银行网点", "窗口单位", "新时代文明实践中心", "公共文化设施", "政务大厅", "宾馆酒店")
"""Point types whose door may be shut when a team comes."""
EVERY_STREET = "各街道"
_GRADED = 0.3
"""Share of problems at items of more than one point that cost half the mark."""
_PLACES = ((1, 2, 3, 4, 5), (0.66, 0.18, 0.09, 0.04, 0.03))
_SPOT, _COUNTED = 0.8, 0.5
"""Share of texts that say where, and of problems in several places that say how many."""
_REMARKS = ("已当场清理", "已告知现场负责人", "上次督查已指出", "已拍照")
_REMARKED = 0.08
_SECTIONS = {
    "市城市管理局": "市城管执法大队",
    "市公安局": "市交通管理大队",
    "市交通运输局": "市客运管理中心",
}
_BY_SECTION = 0.06


def describe(rows: pd.DataFrame, visits: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Write down every failed row.

    Takes:   rows - visit, item, failed; visits - see inspections.Inspections
    Returns: rows plus deduction (points, at most the full mark), places, description, lead,
             responsible (names separated by 、), remark; blank or 0 where the row did not fail
    """
    bad = rows[rows["failed"]]
    marks = demo_catalogue().items["full_mark"].to_numpy()[bad["item"]] / 10_000
    half = (marks > 1) & (rng.random(len(bad)) < _GRADED)
    visited = visits.loc[bad["visit"], ["point_type", "street"]]
    items, place_counts = bad["item"].to_numpy(), rng.choice(_PLACES[0], len(bad), p=_PLACES[1])
    lead, responsible = _duty(items, visited, rng)
    written = pd.DataFrame(
        {
            "deduction": np.where(half, marks / 2, marks),
            "places": place_counts,
            "description": _words(items, visited["point_type"], place_counts, rng),
            "lead": lead,
            "responsible": responsible,
            "remark": np.where(
                rng.random(len(bad)) < _REMARKED, rng.choice(_REMARKS, len(bad)), ""
            ),
        },
        index=bad.index,
    )
    texts = dict.fromkeys(("description", "lead", "responsible", "remark"), "")
    joined = rows.join(written).fillna({"deduction": 0.0, "places": 0, **texts})
    return joined.astype({"places": "int64"})


def demo_rules() -> RuleSet:
    """Read the rule set that the made-up city is scored by."""
    return load_rules(ROOT / "data" / "rules" / "demo-2026", demo_catalogue())


def phrase_lists() -> tuple[list[list[str]], dict[str, list[str]]]:
    """Give the problem phrases of each catalogue item, and the spots of each point type."""
    catalogue = demo_catalogue()
    phrases = read_words("phrases.csv").set_index("item")["phrases"]
    spots = read_words("spots.csv").set_index("point_type")["spots"]
    names = catalogue.point_types.set_index("code")["name"]
    return (
        [split(phrases[code]) for code in catalogue.items["code"]],
        {names[code]: split(text) for code, text in spots.items()},
    )


def _words(
    items: np.ndarray, kinds: pd.Series, place_counts: np.ndarray, rng: np.random.Generator
) -> list[str]:
    phrases, spots = phrase_lists()
    texts = []
    for item, kind, count in zip(items, kinds, place_counts, strict=True):
        spot = _pick(spots[kind], rng) if rng.random() < _SPOT else ""
        counted = f"({count}处)" if count > 1 and rng.random() < _COUNTED else ""
        texts.append(spot + _pick(phrases[item], rng) + counted)
    return texts


def _pick(words: Sequence[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _duty(
    items: np.ndarray, visited: pd.DataFrame, rng: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Name the lead and the responsible units of each problem, by the rule set's duties."""
    rules = demo_rules()
    kinds = {name: n for n, name in enumerate(demo_catalogue().point_types["name"])}
    lead, responsible = [], []
    for item, kind, street in zip(items, visited["point_type"], visited["street"], strict=True):
        leaf = rules.leaf_of[item, kinds[kind]]
        duty = list(rules.nodes.at[leaf, "responsible"]) if leaf >= 0 else [EVERY_STREET]
        several = min(len(duty), 1 + int(rng.random() < 0.25))
        chosen = [str(name) for name in rng.choice(duty, several, replace=False)]
        chosen = [_SECTIONS.get(n, n) if rng.random() < _BY_SECTION else n for n in chosen]
        names = [street if name == EVERY_STREET else name for name in chosen]
        responsible.append("、".join(names))
        lead.append(str(rules.nodes.at[leaf, "lead"]) if leaf >= 0 else "")
    return lead, responsible
