"""Problems of one site that may be one although they stand under different items (同一问题)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.privacy import mask
from wenming_metrics.queries.losses.repeats import Repeats
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.originals import descriptions
from wenming_metrics.scoring.losses.similarity import alike
from wenming_metrics.scoring.tree.states import LOOK_BACK
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading
from wenming_metrics.store.rows import read_pieces
from wenming_metrics.store.same_problems import PAIR, read_same

_SIDE = ["batch", "seq", "day", "item_name", "text", "file", "sheet", "source_row"]
COLUMNS = ["unit_name", "site_name", *_SIDE, *(f"other_{name}" for name in _SIDE)]
"""What is told of a pair: `other_` is the later problem; day is a date, sheet a name."""


def suggestions(office: Office, repeats: Repeats) -> pd.DataFrame:
    """List pairs of problems that are worded alike and of which nobody has said what they are.

    The later one is of the window, the earlier one at most LOOK_BACK days before it. Of each site
    and pair of items the most alike.

    Returns: COLUMNS, likeness (0 to 1); the most alike first
    """
    lines = _several_items(repeats.problems)
    if lines.empty:
        return pd.DataFrame(columns=[*COLUMNS, "likeness"])
    with reading(office.store) as connection:
        lines = lines.assign(text=_texts(connection, lines))
        days = range(int(repeats.current["day"].min()), repeats.as_of.toordinal() + 1)
        pairs = alike(lines[["site", "item", "day", "text"]], days, LOOK_BACK)
        pairs = _undecided(pairs, lines, read_same(connection))
        pairs = pairs.drop_duplicates(["site", "low", "high"])
        pair_lines = _describe_pairs(connection, lines.loc[pairs["one"]], lines.loc[pairs["other"]])
    return pair_lines.assign(likeness=pairs["likeness"].to_numpy())


def decided(office: Office, repeats: Repeats) -> pd.DataFrame:
    """List what people said of pairs whose later problem is of the window, the latest first.

    Returns: COLUMNS, same (bool), who, at
    """
    keys = pd.MultiIndex.from_frame(repeats.problems[["batch", "seq"]])
    with reading(office.store) as connection:
        choices = read_same(connection)
        earlier, later = (
            keys.get_indexer(pd.MultiIndex.from_frame(choices[names])) for names in _sides()
        )
        is_listed = (earlier >= 0) & (later >= 0)
        is_listed[is_listed] = repeats.problems["current"].to_numpy()[later[is_listed]]
        lines = repeats.problems.assign(text="")
        sides = [lines.iloc[positions[is_listed]] for positions in (earlier, later)]
        sides = [side.assign(text=_texts(connection, side)) for side in sides]
        pair_lines = _describe_pairs(connection, *sides)
    choices = choices[is_listed].reset_index(drop=True)
    return pair_lines.assign(same=choices["same"] == 1, who=choices["who"], at=choices["at"])


def _sides() -> tuple[list[str], list[str]]:
    return PAIR[:2], PAIR[2:]


def _several_items(problems: pd.DataFrame) -> pd.DataFrame:
    """Keep the sites that were found with several items, on several days, in the window too."""
    groups = problems.groupby("site")
    several = (groups["item"].transform("nunique") > 1) & (groups["day"].transform("nunique") > 1)
    return problems[several & groups["current"].transform("any")]


def _texts(connection: Connection, lines: pd.DataFrame) -> list[str]:
    """Give the words of each problem; of a cell with several problems those that are meant."""
    pieces = read_pieces(connection, lines["batch"].unique())
    piece_words = dict(
        zip(zip(pieces["batch"], pieces["seq"], strict=True), pieces["words"], strict=True)
    )
    keys = zip(lines["batch"], lines["seq"], strict=True)
    texts = descriptions(connection, lines)
    return [piece_words.get(key, text) for key, text in zip(keys, texts, strict=True)]


def _undecided(pairs: pd.DataFrame, lines: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """Leave out what people spoke of: pairs, what is one problem by them, words that are not."""
    earlier, later = (lines.loc[pairs[name]] for name in ("one", "other"))
    keys = np.column_stack([earlier[["batch", "seq"]], later[["batch", "seq"]]])
    spoken = set(map(tuple, choices[PAIR].to_numpy().tolist()))
    open_pair = np.array([tuple(key) not in spoken for key in keys.tolist()], bool)
    first = [side["item"].where(side["under"] < 0, side["under"]) for side in (earlier, later)]
    joined = first[0].to_numpy() == first[1].to_numpy()
    text = dict(zip(zip(lines["batch"], lines["seq"], strict=True), lines["text"], strict=True))
    different = choices[choices["same"] == 0]
    refused = {
        frozenset((text.get((a, b)), text.get((c, d)))) for a, b, c, d in different[PAIR].to_numpy()
    }
    words = zip(earlier["text"], later["text"], strict=True)
    open_words = np.array([frozenset(pair) not in refused for pair in words], bool)
    return pairs[open_pair & ~joined & open_words]


def _describe_pairs(
    connection: Connection, earlier: pd.DataFrame, later: pd.DataFrame
) -> pd.DataFrame:
    """Tell of pairs as people read them: COLUMNS."""
    batches = np.unique(np.concatenate([earlier["batch"], later["batch"]])).tolist()
    sheets = read_sheets(connection, batches).set_index(["batch", "sheet"])[["file", "name"]]
    frames = [earlier[["unit_name", "site_name"]].reset_index(drop=True)]
    for side, prefix in ((earlier, ""), (later, "other_")):
        sheet_names = sheets.reindex(pd.MultiIndex.from_frame(side[["batch", "sheet"]]))
        side_lines = side[["batch", "seq", "item_name", "source_row"]].assign(
            day=[date.fromordinal(int(day)) for day in side["day"]],
            text=[mask(text) for text in side["text"]],
            file=sheet_names["file"].to_numpy(),
            sheet=sheet_names["name"].to_numpy(),
        )
        frames.append(side_lines[_SIDE].add_prefix(prefix).reset_index(drop=True))
    return pd.concat(frames, axis=1)
