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


def read_survey(folder: Path, faults: list[Fault]) -> Survey | None:
    """Read a rule folder's definitions; what is wrong is added to `faults`.

    Returns: None where there is no such file, or where it has faults
    """
    path = folder / FILE
    return _read(path, faults) if path.is_file() else None


def load_surveys(folder: Path) -> tuple[Survey, ...]:
    """Read the examples of a folder, by file name. Raises RuleSetError with all faults."""
    faults: list[Fault] = []
    surveys = [_read(path, faults) for path in sorted(folder.glob("*.toml"))]
    if faults:
        raise RuleSetError(faults)
    return tuple(surveys)


def survey_of(written: Mapping) -> Survey:
    """Give the definitions of a file that has no faults."""
    lists = ("question", "rate", "margin", "limits", "score")
    return Survey(
        **{name: value for name, value in written.items() if name not in lists},
        questions=tuple(_question(question) for question in written["question"]),
        rates=tuple(_rate(rate) for rate in written.get("rate", ())),
        limits=DisclosureLimits(**written.get("limits", {})),
        score=_score(written["score"]) if "score" in written else None,
        margins=tuple(
            Margin(margin["question"], _numbers(margin["shares"]))
            for margin in written.get("margin", ())
        ),
    )


def _read(path: Path, faults: list[Fault]) -> Survey | None:
    wrong: list[Fault] = []
    written, text = read_toml(path, wrong)
    wrong = wrong or survey_faults(written, path.name, text)
    faults += wrong
    return None if wrong else survey_of(written)


def _question(written: Mapping) -> Question:
    plain = {name: value for name, value in written.items() if name != "option"}
    headers = tuple(written.get("headers", ())) or (written["title"],)
    options = tuple(_option(option) for option in written.get("option", ()))
    return Question(**{**plain, "headers": headers}, options=options)


def _option(written: Mapping) -> Option:
    return Option(**{**written, "aliases": tuple(written.get("aliases", ()))})


def _rate(written: Mapping) -> Rate:
    lists = {name: tuple(written.get(name, ())) for name in ("numerator", "base")}
    target = {"target": float(written["target"])} if "target" in written else {}
    return Rate(**{**written, **lists, **target, "values": _numbers(written.get("values", {}))})


def _score(written: Mapping) -> SurveyScore:
    weighed = tuple(
        Weighed(part["question"], float(part["weight"]), _numbers(part["values"]))
        for part in written["part"]
    )
    bands = tuple((float(start), float(points)) for start, points in written.get("bands", ()))
    return SurveyScore(written["title"], float(written["full_mark"]), weighed, bands)


def _numbers(values: Mapping) -> dict[str, float]:
    return {code: float(value) for code, value in values.items()}
