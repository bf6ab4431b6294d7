"""Quotas of questionnaires with the faults that they have."""

from __future__ import annotations

import tomllib

from tests.builders import read_sheets
from tests.polls import definitions
from tests.uploads.case import case
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.rules.survey.load import survey_of


@case
def quotas() -> Reading:
    """A number that is none, a group of people that is not asked for, a year, a row twice."""
    rows = [
        ["街道", "期间", "人群", "计划份数"],
        ["城东街道", "2026年第三季度", None, 80],
        ["河西街道", "2026年第三季度", None, "待定"],
        ["云山镇", "2026年第三季度", "少年", 20],
        ["南门街道", "2026年", "青年", 20],
        ["城东街道", "2026年第三季度", "不限", 90],
    ]
    survey = survey_of(tomllib.loads(definitions()))
    return read_sheets({"配额": [["演示市民意调查配额表"], *rows]}, survey=survey)
