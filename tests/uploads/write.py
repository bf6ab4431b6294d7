"""Write the expected texts of all cases anew: `python -m tests.uploads.write`."""

from tests.uploads import (
    answers_cases,
    cells_cases,
    kinds_cases,
    names_cases,
    quota_cases,
    sheets_cases,
    survey_cases,
)
from tests.uploads.case import CASES, FOLDER, told

MODULES = (
    answers_cases,
    cells_cases,
    kinds_cases,
    names_cases,
    quota_cases,
    sheets_cases,
    survey_cases,
)

if __name__ == "__main__":
    for name, make in CASES.items():
        (FOLDER / f"{name}.problems.txt").write_text(told(make()), encoding="utf-8")
