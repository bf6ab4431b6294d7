"""What a 通报 says beside the lists of its issue: problems, sites that come back, 整改, 两率一度."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.losses.repeat_sites import sites_named
from wenming_metrics.queries.losses.repeats import repeats, responsible
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff, arrivals, late_arrivals
from wenming_metrics.queries.scores.describe_rows import problem_texts
from wenming_metrics.queries.scores.rule_spans import rules_on
from wenming_metrics.queries.survey.rates import CITY, overview_rates
from wenming_metrics.rules.loop import ON_ANSWER
from wenming_metrics.scoring.tree.states import EXCUSE, OPEN, judge_deadlines
from wenming_metrics.vocabulary import STATES

_PROBLEMS = ["unit_name", "group", "day", "site_name", "point_type_name", "item_name", "path"]
_PROBLEMS += ["lost", "places", "description", "responsible", "state", "due", "closed", "number"]
_PROBLEMS += ["again", "relapsed", "batch", "seq", "late", "set_aside", "excuse"]
_SITES = ["site_name", "unit_name", "point_type_name", "items", "days", "times", "open"]
_SURVEY = ["code", "title", "shown", "low", "high", "n", "state", "definition"]


@dataclass(frozen=True, eq=False)
class BulletinFacts:
    """What a 通报 says beside its lists; kept with what is signed.

    problems - one line per problem found in the window: unit_name, group, day, site_name,
            point_type_name, item_name, path (names of the indicator from the top), lost (points), places,
            description, responsible, state (word), due and closed (ISO days, "" without), number,
            again (重复), relapsed (反弹), batch and seq of its row; late (its deadline has passed and was missed),
            set_aside (it has passed and is not judged), excuse (why it is not to be put right: 不属实, 挂账,
            长期整改, "" = it is): signatures of before know none of the three
    sites  - where a problem of the window has come back, all of them, with what was found of it
            before: site_name, unit_name, point_type_name, items, days, times, open
    survey - city's rates of the latest wave: code, title, shown, low, high (%), n, state (of
            `scoring.survey.rates`), definition; wave - its title, "" where there is none
    as_of  - ISO day of states and deadlines; board - kind of the board whose units it is about,
            city_board - of that which the city's score is made of; decimals - of scores
    closes - what closes a problem: of `rules.loop`; late_rows - rows of earlier issues' days that count in the lists, for they came late
    corrections - 更正 of what earlier issues said: columns of `earlier.CORRECTED`; reviews - problems
            looked at again in the window: `reviews.REVIEWS`; named, pictures - what a person confirmed:
            `confirmed.CONFIRMED_NAMES`, `confirmed.PICTURES`
    hotline - what people reported, where the layout has it: columns of `channels.TABLE`; hotline_notes - what
            is to be said of it
    """

    problems: pd.DataFrame
    sites: pd.DataFrame
    survey: pd.DataFrame
    wave: str
    as_of: str
    board: str
    city_board: str
    decimals: int
    late_rows: int
    closes: str = ON_ANSWER
    corrections: pd.DataFrame = field(default_factory=pd.DataFrame)
    reviews: pd.DataFrame = field(default_factory=pd.DataFrame)
    named: pd.DataFrame = field(default_factory=pd.DataFrame)
    pictures: pd.DataFrame = field(default_factory=pd.DataFrame)
    hotline: pd.DataFrame = field(default_factory=pd.DataFrame)
    hotline_notes: list[str] = field(default_factory=list)


FRAMES = ("problems", "sites", "survey", "corrections", "reviews", "named", "pictures", "hotline")
"""Fields of `BulletinFacts` that are frames."""


def gather(
    connection: Connection, office: Office, window: Window, arrival_limit: Cutoff
) -> BulletinFacts:
    """Find what a 通报 of a window says, of the files that count in it.

    Problems are those found on the window's own days; what came late for earlier ones counts in the
    lists, but is not named.
    """
    board = next((board for board in office.rules.boards if board.ranked), office.rules.boards[0])
    window_repeats = repeats(office, window, board.kind)
    files = arrivals(connection, list(window.days), arrival_limit)
    counting = pd.MultiIndex.from_frame(files.loc[files["counts"], ["batch", "day"]])
    problems = window_repeats.problems
    in_files = pd.MultiIndex.from_frame(problems[["batch", "day"]]).isin(counting)
    problems = problems.assign(current=problems["current"] & in_files)
    current = problems[problems["current"]]
    survey, wave = _survey(office, window)
    late = late_arrivals(connection, arrival_limit)
    return BulletinFacts(
        problems=_problems(connection, office, current, window_repeats.as_of),
        sites=sites_named(problems, len(problems))[_SITES],
        survey=survey,
        wave=wave,
        as_of=window_repeats.as_of.isoformat(),
        board=board.kind,
        city_board=office.rules.boards[0].kind,
        decimals=office.rules.decimals,
        late_rows=int(late.loc[late["late"], "rows"].sum()),
        closes=rules_on(office, window.end).pricing.loop.closes,
    )


def _problems(
    connection: Connection, office: Office, current: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """Describe problems; by unit, the ones that cost most first."""
    if current.empty:
        return pd.DataFrame(columns=_PROBLEMS)
    judged = judge_deadlines(current, as_of.toordinal())
    lines = current.assign(
        description=problem_texts(connection, current),
        late=judged["missed"],
        set_aside=judged["set_aside"],
        # Of no moves too: types are part of what is signed.
        excuse=current.get(EXCUSE, pd.Series("", current.index)).astype(object),
    )
    names = ("unit_name", "group", "site_name", "point_type_name", "item_name", "path")
    lines = lines.assign(
        **{name: lines[name].astype(object) for name in names},
        day=[_iso(day) for day in lines["day"]],
        due=[_iso(day) for day in lines["due"]],
        closed=[_iso(day) if day < OPEN else "" for day in lines["closed"]],
        lost=lines["lost"].to_numpy(float) / POINT_SCALE,
        places=lines["places"].astype(np.int64),
        state=[STATES[int(state)] for state in lines["state"]],
        responsible=responsible(office, lines),
        **{name: lines[name].astype(bool) for name in ("again", "relapsed")},
    )
    order = ["unit_name", "lost", "places", "day", "site_name", "item_name", "batch", "seq"]
    ascending = [name not in ("lost", "places") for name in order]
    return lines.sort_values(order, ascending=ascending, kind="stable", ignore_index=True)[
        _PROBLEMS
    ]


def _iso(day: int) -> str:
    return date.fromordinal(int(day)).isoformat() if day > 0 else ""


def _survey(office: Office, window: Window) -> tuple[pd.DataFrame, str]:
    """Give the city's rates of the latest wave that had ended by the window's last day."""
    if office.rules.survey is None:
        return pd.DataFrame(columns=_SURVEY), ""
    wave_rates = overview_rates(office, window.end)
    if wave_rates is None or wave_rates.totals.empty:
        return pd.DataFrame(columns=_SURVEY), ""
    definitions = {rate.code: (rate.title, sentence) for rate, sentence in wave_rates.definitions}
    totals = wave_rates.totals[wave_rates.totals["level"] == CITY].rename(columns={"rate": "code"})
    totals = totals.assign(
        title=[definitions[code][0] for code in totals["code"]],
        definition=[definitions[code][1] for code in totals["code"]],
        n=totals["n"].astype(np.int64),
    )
    running = "（尚未结束）" if wave_rates.wave.end > window.end else ""
    return totals[_SURVEY].reset_index(drop=True), f"{wave_rates.wave.title}{running}"


def spell_facts(facts: BulletinFacts, spell: object) -> dict[str, object]:
    """Turn facts into what JSON can hold. Takes: spell - turns a frame into that"""
    # What was never asked for, or is as ever, is not told: earlier signatures knew nothing of it.
    unsaid = set() if facts.hotline_notes else {"hotline", "hotline_notes"}
    unsaid |= {"closes"} if facts.closes == ON_ANSWER else set()
    stated = {name: value for name, value in vars(facts).items() if name not in unsaid}
    return {name: spell(value) if name in FRAMES else value for name, value in stated.items()}


def read_facts(spelt: Mapping[str, object], frame: object) -> BulletinFacts:
    """Make facts of what `spell_facts` gave. Takes: frame - the inverse of its `spell`"""
    return BulletinFacts(
        **{name: frame(value) if name in FRAMES else value for name, value in spelt.items()}
    )
