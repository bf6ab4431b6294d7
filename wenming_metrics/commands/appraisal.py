"""The command that makes composite scores: composite."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

import pandas as pd

from wenming_metrics.commands import OK, command
from wenming_metrics.commands.printing import (
    new_table,
    out,
    plain,
    print_json,
    print_lines,
    say,
)
from wenming_metrics.domain import periods
from wenming_metrics.domain.numbers import half_up
from wenming_metrics.export.tables import composite_workbook
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.held_effect import held_in, held_sentence
from wenming_metrics.queries.office import Office, days_known, open_office
from wenming_metrics.queries.ranking.composite import (
    Composite,
    composite,
    composite_lines,
    known_profiles,
    printed_total,
    unit_sources,
)
from wenming_metrics.rules.composite import Profile
from wenming_metrics.runtime import settings
from wenming_metrics.scoring.tree.composite import worked_line
from wenming_metrics.vocabulary import titles

_SOURCES = titles(
    *("name=component", "value", "weight", "points", "told=basis", "of=period_of"),
    *("file", "sheet", "source_row", "treatment"),
)


@command("composite")
def _composite(options: Namespace) -> int:
    config = settings.load()
    office = open_office(config)
    profiles = known_profiles(office, config.data)
    if options.profile is None:
        return _list(profiles, as_json=options.json)
    profile = next((profile for profile in profiles if profile.id == options.profile), None)
    if profile is None:
        known_ids = "、".join(profile.id for profile in profiles)
        raise commit.IntakeError(f"没有方案“{options.profile}”，可以用：{known_ids}。")
    appraisal = composite(office, profile, periods.window(profile.period, _day(options, office)))
    lines = composite_lines(appraisal)
    if options.out:
        names = [component.name for component in profile.components]
        title = f"综合考核（{appraisal.window.title}）"
        notes = [
            f"方案：{profile.title}（来源：{profile.source}）",
            f"时段：{appraisal.window.title}",
            *filter(None, [held_sentence(held_in(office, appraisal.window))]),
        ]
        options.out.write_bytes(composite_workbook(lines, names, title, notes))
    _print(options, appraisal, lines, held_sentence(held_in(office, appraisal.window)))
    return OK


def _day(options: Namespace, office: Office) -> date:
    days = [options.date] if options.date else days_known(office)
    if not days:
        raise commit.IntakeError("还没有入库督查数据。请用 --date 写明要算哪一期。")
    return days[-1]


def _list(profiles: tuple[Profile, ...], *, as_json: bool) -> int:
    rows = [
        {
            **{"id": profile.id, "title": profile.title, "place": profile.place or "本单位"},
            **{"period": periods.KINDS[profile.period], "source": profile.source},
        }
        for profile in profiles
    ]
    if as_json:
        print_json({"profiles": rows})
    else:
        heads = titles(
            "id=rules_id", "title=profile", "place=place_of", "period=period_kind", "source"
        )
        print_lines("综合考核的方案（各地的只是举例）", pd.DataFrame(rows), heads)
    return OK


def _print(options: Namespace, appraisal: Composite, lines: pd.DataFrame, held_note: str) -> None:
    unit = _unit(options, lines) if options.unit else None
    sources = unit_sources(appraisal, unit) if unit is not None else None
    if options.json:
        facts = {
            "window": appraisal.window.title,
            "profile": appraisal.profile.id,
            "units": plain(lines),
            "held": held_note,
        }
        if sources is not None:
            worked = worked_line(appraisal.composed, unit, appraisal.profile)
            facts |= {
                "worked": worked,
                "sources": plain(sources),
                "printed": printed_total(appraisal, unit),
            }
        print_json(facts)
        return
    _print_table(appraisal, lines)
    if held_note:
        out.print(held_note)
    if sources is not None:
        out.print(worked_line(appraisal.composed, unit, appraisal.profile) or "缺项，不计综合分。")
        print_lines(options.unit, _titled(sources))
        if printed_note := printed_total(appraisal, unit):
            out.print(printed_note)
    if options.out:
        say(f"已存到 {options.out}")


def _titled(sources: pd.DataFrame) -> pd.DataFrame:
    """Head columns in Chinese; numbers with at most four decimals."""
    numbers = {name: half_up(sources[name], 4) for name in ("value", "weight", "points")}
    rows = ["" if pd.isna(row) else str(row) for row in sources["source_row"]]
    lines = sources.assign(**numbers, source_row=rows)
    return lines[list(_SOURCES)].rename(columns=_SOURCES)


def _unit(options: Namespace, lines: pd.DataFrame) -> int:
    matches = lines.loc[lines["unit_name"] == options.unit, "unit"]
    if matches.empty:
        raise commit.IntakeError(f"这个方案里没有单位“{options.unit}”。")
    return int(matches.iloc[0])


def _print_table(appraisal: Composite, lines: pd.DataFrame) -> None:
    profile = appraisal.profile
    whose = f"举例：{profile.place}" if profile.is_example else "本单位"
    out.print(f"\n{appraisal.window.title} 综合考核：{profile.title}（{whose}）")
    for group, group_lines in lines.groupby("group", sort=False):
        components = {f"value_{n}": item.name for n, item in enumerate(profile.components)}
        names = [f"{name}=component_value" for name in components]
        prize = ["prize"] if profile.prizes else []
        columns = ("rank", "unit_name", "score=composite_score", *names, *prize, "missing")
        table = new_table(str(group), *columns, **components)
        for line in group_lines.to_dict("records"):
            table.add_row(*_cells(line, profile))
        out.print(table)


def _cells(line: dict, profile: Profile) -> list[str]:
    rank = "—" if pd.isna(line["rank"]) else str(line["rank"])
    score = "—" if pd.isna(line["score"]) else f"{line['score']:.{profile.decimals}f}"
    values = [line[f"value_{number}"] for number in range(len(profile.components))]
    texts = ["缺" if pd.isna(value) else f"{value:.2f}" for value in values]
    prize = [line["prize"]] if profile.prizes else []
    return [rank, line["unit_name"], score, *texts, *prize, line["missing"]]
