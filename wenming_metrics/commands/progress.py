"""The command of 工作推进: progress (materials, metrics, actions; who is reminded of what)."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from wenming_metrics.commands import OK, command, of_unit, this_office
from wenming_metrics.commands.printing import out, plain, print_json, print_lines, say_saved
from wenming_metrics.decisions.negative_list import note_negative_check, set_negative_items
from wenming_metrics.domain.periods import today, window
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.merit import merits
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.adverts import advert_form, adverts
from wenming_metrics.queries.progress.burden import burden
from wenming_metrics.queries.progress.campaign_effects import campaign_effects
from wenming_metrics.queries.progress.campaigns import campaigns, task_form, tasks
from wenming_metrics.queries.progress.document_checks import document_doubts
from wenming_metrics.queries.progress.documents import (
    document_form,
    document_rates,
    documents,
    reminders,
)
from wenming_metrics.queries.progress.duties import (
    duties,
    duty_form,
    leaf_duties,
    site_duties,
)
from wenming_metrics.queries.progress.metrics import metric_form, metrics
from wenming_metrics.queries.progress.negative_list import (
    CLEAR,
    HAPPENED,
    KIND,
    negative_checks,
    negative_form,
)
from wenming_metrics.queries.progress.site_files import site_files
from wenming_metrics.queries.progress.third_party import TESTS, review_test
from wenming_metrics.vocabulary import SOURCES, Column, columns

_NEGATIVE = columns(
    *("unit_name", "result=negative_result", "item=negative_item", "evidence=negative_evidence"),
    *("checker=negative_checker", "who", "at"),
)
_SOURCE_OF = {SOURCES[code]: code for code in TESTS}


class _Theme(NamedTuple):
    title: str
    make: Callable[[Office, date], pd.DataFrame]
    columns: tuple[Column, ...]


_SOURCE = ("file", "sheet", "source_row")
_THEMES = {
    "documents": _Theme(
        "台账材料",
        lambda office, as_of, ledger=None: _doubted(_of_ledger(office, as_of, ledger), as_of),
        columns(
            *("document", "unit_name", "state=document_now", "due=due_written", "days_late"),
            *("handed_in=handed_first", "kind=document_kind", "doubts=document_doubts"),
            *("rounds_text=document_rounds", *_SOURCE),
        ),
    ),
    "rates": _Theme(
        "台账材料报送情况",
        lambda office, as_of, ledger=None: document_rates(_of_ledger(office, as_of, ledger)),
        columns(
            *("unit_name", "owed", "handed", "handed_rate", "passed", "passed_rate"),
            *(
                "fell_due=document_due",
                "in_time=document_in_time",
                "in_time_rate",
                "overdue=overdue_items",
            ),
        ),
    ),
    "metrics": _Theme(
        "指标数据",
        lambda office, as_of: metrics(office),
        columns(
            *("indicator=metric", "unit_name", "printed=metric_printed", "period=metric_period"),
            *("target=metric_target", "gap=target_gap", "standing", *_SOURCE),
        ),
    ),
    "adverts": _Theme(
        "公益广告",
        lambda office, as_of: adverts(office),
        columns(
            *("site=site_name", "point_type=point_type_name", "unit_name", "count=adverts"),
            *("damaged=adverts_damaged", "whole=adverts_whole", "required=advert_required"),
            *("needed=adverts_needed", "missing=adverts_missing", "standing", *_SOURCE),
        ),
    ),
    "campaigns": _Theme(
        "专项行动",
        lambda office, as_of: campaigns(tasks(office, as_of)),
        columns(
            *(
                "campaign",
                "state=campaign_state",
                "tasks",
                "done=tasks_done",
                "overdue=overdue_items",
            ),
            *("next_due", "lead"),
        ),
    ),
    "tasks": _Theme(
        "专项行动任务",
        tasks,
        columns(
            *("campaign", "task", "unit_name", "due=task_due", "days_late"),
            *("progress=task_progress", "state=task_state", *_SOURCE),
        ),
    ),
    "effects": _Theme(
        "行动前后",
        campaign_effects,
        columns(
            *("campaign", "span=effect_span", "side=effect_side", "checks", "failed"),
            *("lost_rate", "relapses=effect_relapses"),
        ),
    ),
    "review": _Theme(
        "测评复盘",
        lambda office, as_of, source=TESTS[0]: review_test(
            office, window("month", as_of), source=source
        ),
        columns(
            *("site_name", "street_name=street", "item_name", "found_on=review_found_on"),
            *("ours=review_ours", "looked_on=review_looked_on", "lost"),
        ),
    ),
    "readiness": _Theme(
        "一点一档",
        site_files,
        columns(
            *("site_name", "street_name=street", "type_name=point_type", "verdict=site_verdict"),
            *("failed_now=site_failed", "open_problems=site_open", "overdue=overdue_items"),
        ),
    ),
    "burden": _Theme(
        "基层减负",
        lambda office, as_of: burden(office, window("month", as_of)),
        columns(
            *("unit_name", "visits=asked_visits", "visit_days=asked_days"),
            *("problems=asked_problems", "documents=asked_documents", "tasks=asked_tasks"),
            *("figures=asked_figures", "sheets=asked_sheets"),
        ),
    ),
    "merits": _Theme(
        "先进候选",
        lambda office, as_of: merits(office, as_of.year),
        columns(
            *("group", "unit_name", "front=merit_front", "back=merit_back", "ranked=merit_ranked"),
            *("mean_rank=merit_mean_rank", "issues=rests_on_issues", "against=merit_against"),
            "verdict=merit_verdict",
        ),
    ),
    "duties": _Theme(
        "责任分解",
        duties,
        columns(
            *("matter=duty_matter", "sort=duty_sort", "unit_name", "lead", "leader"),
            *("due=task_due", "progress=task_progress", "lacking=duty_lacking", *_SOURCE),
        ),
    ),
    "leaves": _Theme(
        "测评标准由谁负责",
        leaf_duties,
        columns(
            *("code", "name=leaf_name", "lead=rule_lead", "responsible=rule_responsible"),
            "duty_units",
        ),
    ),
    "sites": _Theme(
        "点位由谁负责",
        site_duties,
        columns(
            *("site_name", "street_name=street", "type_name=point_type", "loss=loss_times"),
            *("site_units", "type_units", "leaders"),
        ),
    ),
}
TITLES = {name: theme.title for name, theme in _THEMES.items()} | {"remind": "催办"}
"""What can be listed, by the word on the command line."""
_FORMS: Mapping[str, tuple[str, Callable[[Office, date, pd.DataFrame], pd.DataFrame]]] = {
    "documents": ("document", lambda office, as_of, lines: document_form(lines)),
    "tasks": ("campaign", lambda office, as_of, lines: task_form(lines)),
    "metrics": ("metric", lambda office, as_of, lines: metric_form(lines)),
    "adverts": ("adverts", lambda office, as_of, lines: advert_form(office, lines)),
    "duties": ("duty", duty_form),
}


_ONLY = {
    "ledger": ("documents", "rates", "remind"),
    "test": ("review",),
    "overdue": ("documents", "rates", "campaigns", "tasks", "readiness", "duties"),
    "nobody": ("leaves", "sites"),
    "date": tuple({*TITLES} - {"metrics", "adverts"}),
    "out": tuple(_THEMES),
}
"""Options that not every list takes -> those that do."""


def _unfit(theme_name: str, asked_name: str) -> IntakeError:
    return IntakeError(f"“{TITLES[theme_name]}”不能用 --{asked_name}。")


def _of_ledger(office: Office, as_of: date, ledger: str | None) -> pd.DataFrame:
    materials = documents(office, as_of)
    return materials[materials["project"] == ledger] if ledger else materials


def _doubted(materials: pd.DataFrame, test_day: date) -> pd.DataFrame:
    return materials.assign(doubts=document_doubts(materials, test_day))


@command("progress")
def _progress(options: Namespace) -> int:
    office, as_of = this_office(), options.date or today()
    for name, themes in _ONLY.items():
        if getattr(options, name) and options.what not in themes:
            raise _unfit(options.what, name)
    if options.what == "remind":
        return _remind(office, as_of, options)
    theme = _THEMES[options.what]
    narrowed = {"source": _SOURCE_OF[options.test]} if options.test else {}
    narrowed |= {"ledger": options.ledger} if options.what in ("documents", "rates") else {}
    lines = theme.make(office, as_of, **narrowed)
    if options.unit:
        column = next((name for name in ("unit_name", "street_name") if name in lines), None)
        if column is None:
            raise _unfit(options.what, "unit")
        lines = of_unit(office, lines, options.unit, column)
    if options.overdue:
        lines = lines[lines["overdue"] > 0]
    if options.nobody:
        lines = lines[lines["nobody"]]
    title = f"{theme.title}（截至{as_of.isoformat()}）"
    if options.out:
        options.out.write_bytes(_file(office, options.what, title, lines, as_of))
        say_saved(options)
        return OK
    table = lines[[column.name for column in theme.columns]]
    if options.json:
        print_json({"as_of": as_of.isoformat(), "lines": plain(table)})
        return OK
    print_lines(title, spell_table(table, theme.columns))
    return OK


def _file(office: Office, theme_name: str, title: str, lines: pd.DataFrame, as_of: date) -> bytes:
    """Write lines to a file: as the form that comes back filled in, where there is one."""
    if theme_name == "readiness":
        # Word's library takes half a second to load, which no other command should wait for.
        from wenming_metrics.publishing.dispatch.site_papers import site_papers

        return site_papers(office, lines, as_of)
    if theme_name in _FORMS:
        kind, lay_out = _FORMS[theme_name]
        return filled_file(office, kind, lay_out(office, as_of, lines))
    theme = _THEMES[theme_name]
    return write_book(ExportSheet(theme.title, title, lines, theme.columns))


def spell_table(table: pd.DataFrame, sheet_columns: Sequence[Column]) -> pd.DataFrame:
    """Spell figures as the page does, under the titles of their columns.

    Takes: table - columns named as `sheet_columns`
    """
    return pd.DataFrame(
        {
            column.title: [
                "" if pd.isna(cell) else column.form % cell if column.form else str(cell)
                for cell in table[column.name]
            ]
            for column in sheet_columns
        }
    )


def _remind(office: Office, as_of: date, options: Namespace) -> int:
    lines = reminders(_of_ledger(office, as_of, options.ledger), as_of)
    lines = of_unit(office, lines, options.unit)
    if options.json:
        print_json({"as_of": as_of.isoformat(), "lines": plain(lines)})
        return OK
    for text in lines["text"]:
        out.print(f"{text}\n")
    if lines.empty:
        out.print("没有要催办的材料。")
    return OK


@command("negative")
def _negative(options: Namespace) -> int:
    office, month = this_office(), window("month", options.date or today())
    if options.items:
        set_negative_items(office, options.items, options.who)
    if options.units:
        result = HAPPENED if options.item and not options.clear else CLEAR
        found = (options.item, result, options.evidence, options.checker)
        note_negative_check(office, month, options.units, *found, options.who)
    month_checks, title = negative_checks(office, month), f"{month.title}负面清单核查"
    if options.out:
        form = negative_form(month, month_checks)
        options.out.write_bytes(filled_file(office, KIND, form))
        say_saved(options)
    elif options.json:
        print_json({"month": month.title, "lines": plain(month_checks)})
    else:
        print_lines(title, spell_table(month_checks, _NEGATIVE))
    return OK
