"""Read the definitions of surveys: `survey.toml` of a rule folder, and examples of places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wenming_metrics.rules.faults import Fault, RuleSetError, read_toml
from wenming_metrics.rules.survey.check import survey_faults
from wenming_metrics.rules.survey.model import (
    FILE,
    DisclosureLimits,
    Margin,
    Option,
    Question,
    Rate,
    Survey,
    SurveyScore,
    Weighed,
)

_PERCENTAGES = ("max_width", "unknown_share")


def read_survey(folder: Path, faults: list[Fault]) -> Survey | None:
    """Read a rule folder's definitions; what is wrong is added to `faults`.

    Returns: None where there is no such file, or where it has faults
    """
    path = folder / FILE
    return _read(path, faults) if path.is_file() else None


def load_surveys(folder: Path) -> tuple[Survey, ...]:
    """Read the examples of a folder, by file name. Raises RuleSetError with all faults."""
    faults: list[Fault] = []
    found = [_read(path, faults) for path in sorted(folder.glob("*.toml"))]
    if faults:
        raise RuleSetError(faults)
    return tuple(found)


def survey_of(told: Mapping) -> Survey:
    """Give the definitions of a file that has no faults."""
    lists = ("question", "rate", "margin", "limits", "score")
    limits = dict(told.get("limits", {}))
    limits |= {name: float(limits[name]) for name in _PERCENTAGES if name in limits}
    return Survey(
        **{name: value for name, value in told.items() if name not in lists},
        questions=tuple(_question(one) for one in told["question"]),
        rates=tuple(_rate(one) for one in told.get("rate", ())),
        limits=DisclosureLimits(**limits),
        score=_score(told["score"]) if "score" in told else None,
        margins=tuple(
            Margin(one["question"], _numbers(one["shares"])) for one in told.get("margin", ())
        ),
    )


def _read(path: Path, faults: list[Fault]) -> Survey | None:
    wrong: list[Fault] = []
    written, text = read_toml(path, wrong)
    wrong = wrong or survey_faults(written, path.name, text)
    faults += wrong
    return None if wrong else survey_of(written)


def _question(told: Mapping) -> Question:
    plain = {name: value for name, value in told.items() if name != "option"}
    headers = tuple(told.get("headers", ())) or (told["title"],)
    options = tuple(_option(one) for one in told.get("option", ()))
    return Question(**{**plain, "headers": headers}, options=options)


def _option(told: Mapping) -> Option:
    return Option(**{**told, "aliases": tuple(told.get("aliases", ()))})


def _rate(told: Mapping) -> Rate:
    lists = {name: tuple(told.get(name, ())) for name in ("numerator", "base")}
    target = {"target": float(told["target"])} if "target" in told else {}
    return Rate(**{**told, **lists, **target, "values": _numbers(told.get("values", {}))})


def _score(told: Mapping) -> SurveyScore:
    parts = tuple(
        Weighed(one["question"], float(one["weight"]), _numbers(one["values"]))
        for one in told["part"]
    )
    bands = tuple((float(start), float(points)) for start, points in told.get("bands", ()))
    return SurveyScore(told["title"], float(told["full_mark"]), parts, bands)


def _numbers(values: Mapping) -> dict[str, float]:
    return {code: float(value) for code, value in values.items()}
