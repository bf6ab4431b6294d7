"""Commands that ask for figures: ranking, export, trial, repeats."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import OK, command, of_unit, this_office, workers_on_store
from wenming_metrics.commands.printing import (
    plain,
    print_held,
    print_json,
    print_lines,
    print_listing,
    print_ranking,
    print_shortlists,
    print_trial,
    say,
    say_saved,
)
from wenming_metrics.domain import periods
from wenming_metrics.export.tables import listing_workbook, ranking_workbook
from wenming_metrics.intake import commit
from wenming_metrics.publishing.issues import issues, signed_for
from wenming_metrics.queries.files.held_effect import held_counts, held_in, held_sentence, with_held
from wenming_metrics.queries.losses.repeat_sites import sites_back
from wenming_metrics.queries.losses.repeats import part_of, repeats
from wenming_metrics.queries.losses.same_problem import suggestions
from wenming_metrics.queries.office import Office, days_known, open_office, under
from wenming_metrics.queries.ranking import ranking
from wenming_metrics.queries.ranking.bands import bands, join_bands, named_clearly
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.sampling import sampling, sampling_sentence
from wenming_metrics.queries.ranking.trial import try_rules
from wenming_metrics.queries.ranking.visits import visits
from wenming_metrics.queries.scores.rule_spans import names_of
from wenming_metrics.rules.load import choose, load_all, load_rules
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.runtime import settings
from wenming_metrics.scoring.losses.repeats import count, total
from wenming_metrics.scoring.tally.tally import TERRITORY
from wenming_metrics.vocabulary import ROLE_CODES, titles

_BY = {"unit": "unit_name", "item": "item_name", "category": "category"}
_COUNTS = titles(
    *("name=part_name", "found", "any", "any_rate", "again", "relapsed", "closed"),
    *("reopened_rate", "rechecked", "recheck_rate", "running", "returning"),
    *("sites=sites_failed", "returning_rate"),
)
_SITES = titles(
    *("site_name", "unit_name", "days", "times", "open", "state=last_state", "last"),
    *("items=items_named", "responsible"),
)
_SAMPLING = (
    *("group", "rank", "unit_name", "sites", "types", "revisited"),
    *("next_name", "gap=score_gap", "needed=sites_needed"),
)
_VISITS = titles(
    *("day", "unit_name", "site_name", "point_type_name", "source_name", "checks", "failed"),
    *("lost", "score=visit_score", "grade=visit_grade"),
)
_ALIKE = titles(
    *("site_name", "day", "item_name", "text=description"),
    *("other_day", "other_item_name", "other_text"),
)


def _office(options: Namespace) -> Office:
    """Open the office, under the one version of its rules that was asked for."""
    office = this_office()
    if not options.under:
        return office
    try:
        return under(office, options.under)
    except KeyError:
        known_ids = "、".join(rule_set.id for rule_set in office.rule_sets)
        raise commit.IntakeError(f"没有这一版办法“{options.under}”，有：{known_ids}。") from None


def _window(options: Namespace, office: Office) -> periods.Window:
    if (options.start is None) != (options.end is None):
        raise commit.IntakeError("--from 和 --to 要一起用。")
    if options.start:
        if options.end < options.start:
            raise commit.IntakeError("最后一天不能早于第一天。")
        return periods.custom(options.start, options.end)
    for kind, on in (("day", options.date), ("week", options.week), ("month", options.month)):
        if on:
            return periods.window(kind, on)
    days = days_known(office)
    if not days:
        raise commit.IntakeError("还没有入库数据。请先用 ingest 入库，或用 demo 生成演示数据。")
    return periods.window("day", days[-1])


@command("ranking")
def _ranking(options: Namespace) -> int:
    office = _office(options)
    window = _window(options, office)
    if options.sampling:
        return _print_sampling(options, office, window)
    if options.visits:
        return _print_visits(options, office, window)
    units = _listed(options, office, window)
    ranked = _board(options, office).ranked
    shortlists = _shortlists(options, office, window) if ranked else None
    if options.json:
        facts = {"window": window.title, "rules": office.rules.digest, "units": plain(units)}
        facts["held"] = held_sentence(held_in(office, window))
        facts["signed"] = _signed_note(office, window)
        if ranked:
            facts |= {"city": asdict(city(office, window, options.board))}
            facts |= {"lists": plain(shortlists)}
        print_json(facts)
    elif ranked:
        print_ranking(office, window, units, options.board)
        print_shortlists(shortlists)
    else:
        print_listing(office, window, units)
    if not options.json and (sentence := _signed_note(office, window)):
        say(sentence)
    return OK


def _print_sampling(options: Namespace, office: Office, window: periods.Window) -> int:
    """Print how many sites it takes to tell neighbours apart, and whether the rules were met."""
    if not _board(options, office).ranked:
        raise commit.IntakeError(f"榜单“{options.board}”不排名。")
    lines = sampling(office, window, options.board)
    lines = lines[lines["group"] == options.group] if options.group else lines
    if options.json:
        print_json({"window": window.title, "units": plain(lines)})
        return OK
    met = [name for name in lines if name.endswith("_met")]
    names = titles(*_SAMPLING, *met)
    spelled = lines.assign(
        revisited=[share_of(share) for share in lines["revisited"]],
        gap=[f"{gap:.2f}" if pd.notna(gap) else "" for gap in lines["gap"]],
        needed=["" if pd.isna(count) else str(count) for count in lines["needed"]],
    )
    print_lines(f"{window.title} 抽样", spelled, names)
    say(sampling_sentence(lines))
    return OK


def _print_visits(options: Namespace, office: Office, window: periods.Window) -> int:
    """Print every visit with its own score and grade."""
    if _board(options, office).role != "territory":
        raise commit.IntakeError("各次督查按属地列，请选按属地归集的榜单。")
    if options.group:
        raise commit.IntakeError("各次督查不分组，不能用 --group。")
    lines = visits(office, window, options.board)
    if options.json:
        print_json({"window": window.title, "visits": plain(lines)})
        return OK
    spelled = lines.assign(score=["" if pd.isna(kept) else f"{kept:g}" for kept in lines["score"]])
    print_lines(f"{window.title} 各次督查", spelled, _VISITS)
    return OK


def share_of(share: float) -> str:
    """Spell a share in whole per cent, "" without one."""
    return "" if pd.isna(share) else f"{share:.0%}"


def _signed_note(office: Office, window: periods.Window) -> str:
    """Say that a window is signed, so that nobody takes live figures for those; "": it is not."""
    signed_issue = signed_for(issues(office), window)
    if signed_issue is None:
        return ""
    return (
        f"{signed_issue.title}已签发（{signed_issue.document}），名单以签发的为准；这里是实时数据，"
        f"变动见 issue verify {signed_issue.year}-{signed_issue.number}。"
    )


def _board(options: Namespace, office: Office) -> Board:
    try:
        board = office.rules.board(options.board)
    except KeyError:
        kinds = "、".join(f"{board.kind}（{board.title}）" for board in office.rules.boards)
        raise commit.IntakeError(f"没有榜单“{options.board}”，可以用：{kinds}。") from None
    if options.group and options.group not in board.groups:
        groups = f"可以用：{'、'.join(board.groups)}" if board.groups else "这个榜单不分组"
        raise commit.IntakeError(f"没有“{options.group}”这一组，{groups}。")
    return board


def _listed(options: Namespace, office: Office, window: periods.Window) -> pd.DataFrame:
    """List the units that were asked for: ranked, or by problems where the board has no ranks."""
    if not _board(options, office).ranked:
        return _beside_held(ranking.listing(office, window, options.board), options, office, window)
    ranked = join_bands(
        ranking.ranking(office, window, options.board), bands(office, window, options.board)
    )
    ranked = _beside_held(ranked, options, office, window)
    return ranked[ranked["group"] == options.group] if options.group else ranked


def _beside_held(
    lines: pd.DataFrame, options: Namespace, office: Office, window: periods.Window
) -> pd.DataFrame:
    return with_held(lines, held_counts(office, window, options.board))


def _shortlists(options: Namespace, office: Office, window: periods.Window) -> pd.DataFrame:
    """List who is named in front and at the back, of the group that was asked for."""
    named_lines = named_clearly(office, window, options.board)
    shortlists = _beside_held(named_lines, options, office, window)
    return shortlists[shortlists["group"] == options.group] if options.group else shortlists


@command("trial")
def _trial(options: Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    rules, window = _rules_on_trial(options.rules, config, office), _window(options, office)
    if not (
        _board(options, office).ranked and _board(options, replace(office, rules=rules)).ranked
    ):
        raise commit.IntakeError(f"榜单“{options.board}”不排名，不能试算。")
    with workers_on_store(options, config.store_url) as executor:
        trial = try_rules(office, rules, window, options.board, executor)
    if options.group:
        trial = replace(trial, units=trial.units[trial.units["group"] == options.group])
    if options.json:
        facts = {"window": window.title, "rules": rules.digest, "rules_before": office.rules.digest}
        print_json(
            {
                **facts,
                "units": plain(trial.units),
                "months": plain(trial.months),
                "noise": plain(trial.noise),
            }
        )
    else:
        print_trial(trial)
    return OK


def _rules_on_trial(path_or_id: str, config: settings.Settings, office: Office) -> RuleSet:
    """Find rules by the path of their folder, or by their id among those of this office."""
    if Path(path_or_id).is_dir():
        return load_rules(Path(path_or_id), office.catalogue)
    rule_sets = load_all(config.data / "rules", office.catalogue)
    return choose(rule_sets, periods.today(), path_or_id)


@command("repeats")
def _repeats(options: Namespace) -> int:
    office = this_office()
    window = _window(options, office)
    if _board(options, office).role != ROLE_CODES[TERRITORY]:
        raise commit.IntakeError(f"反复问题按属地列，不能用榜单“{options.board}”。")
    of_all = repeats(office, window, options.board)
    of_unit(office, of_all.problems, options.unit)  # refuses a unit that is none
    recurrences = part_of(of_all, group=options.group, unit_name=options.unit)
    if options.alike:
        title, names, lines = "可能是同一问题", _ALIKE, suggestions(office, recurrences)
    elif options.sites:
        title, names = "反复最多的点位", _SITES
        lines = sites_back(office, recurrences.problems).drop(columns="lines")
    else:
        title, names = "反复问题", _COUNTS
        lines = count(recurrences.current, recurrences.closed, _BY[options.by])
    if options.json:
        facts = {"window": window.title, "as_of": recurrences.as_of, "answers": recurrences.answers}
        facts["held"] = held_sentence(held_in(office, window))
        totals = plain(pd.DataFrame([total(recurrences.current, recurrences.closed)]))[0]
        print_json({**facts, "total": totals, "lines": plain(lines)})
        return OK
    rates = [name for name in names if name.endswith("_rate")]
    table = lines[list(names)].round(dict.fromkeys(rates, 1))
    heads = names | {name: f"{names[name]}%" for name in rates}
    heading = f"{window.title} {title}（截至 {recurrences.as_of}）"
    print_lines(heading, table, heads)
    print_held(held_in(office, window))
    return OK


@command("export")
def _export(options: Namespace) -> int:
    office = _office(options)
    window = _window(options, office)
    units = _listed(options, office, window)
    notes = [f"办法：{rules_name}" for rules_name in names_of(window, office)] + [
        f"时段：{window.title}",
        *filter(None, [_signed_note(office, window), held_sentence(held_in(office, window))]),
    ]
    if options.under:
        notes.append("整个时段都按这一版办法计算，只供比较。")
    board = _board(options, office)
    title = f"{board.title}{'排名' if board.ranked else '责任问题'}（{window.title}）"
    if board.ranked:
        book = ranking_workbook(units, title, notes, _shortlists(options, office, window))
    else:
        book = listing_workbook(units, title, notes)
    options.out.write_bytes(book)
    say_saved(options)
    return OK
