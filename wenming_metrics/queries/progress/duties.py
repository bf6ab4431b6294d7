"""责任分解: who answers for what, from indicators and sites to units and leaders and back; what nobody has."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.queries.framework import tree
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.latest import latest, ordinals
from wenming_metrics.queries.progress.site_draw import LOSS_DAYS, site_risks
from wenming_metrics.reading.records.campaign import DONE, state_of
from wenming_metrics.reading.records.duty import CONTACTS, WHAT
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.vocabulary import normalise

STANDING, DATED = "职责", "任务"
"""What goes on, and what is to be done by a day."""
_KEY = [*WHAT, "period"]
_FACTS = ["lead", "assisting", "leader", "due", "due_text", "progress", "remark", "contact"]
_LEVELS = ("standard", "content", "indicator", "project")
"""By what a duty names an indicator, the narrowest first."""


def duties(office: Office, as_of: date, *, contacts: bool = False) -> pd.DataFrame:
    """List who answers for what, as the file that came last says it.

    Takes:   contacts - also CONTACTS, which is for the office's own list and for no page
    Returns: WHAT, period, matter (in words, the narrowest that is written), sort (STANDING, DATED), unit,
             unit_name, lead, assisting, leader, due (ISO, or as written), progress, lacking (of 任务, 责任,
             人员, 进度, 时限, joined by 、; "" = all five), overdue (not done after its day), days_late,
             remark, SOURCE
    """
    lines = latest(office, "duty", _KEY, _FACTS, contacts=True)
    due, today = ordinals(lines["due"]), as_of.toordinal()
    is_done = np.array([state_of(text) == DONE for text in lines["progress"]], bool)
    overdue = (due > 0) & (due < today) & ~is_done
    people = pd.DataFrame([cell or {} for cell in lines["contact"]], lines.index)
    lines = lines.drop(columns="contact").join(people.reindex(columns=[*CONTACTS]).fillna(""))
    has = {
        "任务": (lines[["task", "standard", "content", "site"]] != "").any(axis=1),
        "责任": lines["unit_name"] != "",
        "人员": (lines[[*CONTACTS, "leader"]] != "").any(axis=1),
        "进度": lines["progress"] != "",
        "时限": (lines[["due_text", "period"]] != "").any(axis=1),
    }
    return lines.assign(
        matter=[_matter(line) for line in lines.to_dict("records")],
        sort=np.where(lines["due_text"] != "", DATED, STANDING),
        due=lines["due"].where(lines["due"] != "", lines["due_text"]),
        lacking=["、".join(name for name in has if not has[name][row]) for row in lines.index],
        overdue=overdue,
        days_late=np.where(overdue, today - due, 0),
    ).drop(columns=["due_text", *(() if contacts else CONTACTS)])


def _matter(line: dict[str, str]) -> str:
    names = ("task", "site", "standard", "content", "indicator", "project", "point_type")
    return next((line[name] for name in names if line[name]), "")


def duty_counts(duty_lines: pd.DataFrame) -> pd.DataFrame:
    """Count duties by unit, those with most overdue first.

    Returns: unit_name, standing, dated, overdue, incomplete (lacking one of the five)
    """
    flags = duty_lines.assign(
        standing=duty_lines["sort"] == STANDING,
        dated=duty_lines["sort"] == DATED,
        incomplete=duty_lines["lacking"] != "",
    )
    names = ["standing", "dated", "overdue", "incomplete"]
    by_unit = flags.groupby("unit_name", sort=False)[names].sum().astype(int).reset_index()
    return by_unit.sort_values(
        ["overdue", "incomplete"], ascending=False, kind="stable", ignore_index=True
    )


def leaf_duties(office: Office, as_of: date) -> pd.DataFrame:
    """Say of each leaf of the rules who answers for it: by the rules, and by the duties.

    A duty that names an indicator further up counts for all leaves below it.

    Returns: code, name, lead, responsible (as the rules say), duty_units (joined by 、), duties (count),
             nobody (neither says a unit)
    """
    duty_lines, rules = duties(office, as_of), office.rules
    nodes = _duty_nodes(rules, duty_lines)
    parents = rules.nodes["parent"].to_numpy()
    leaf_lines = tree(rules)
    leaf_lines = leaf_lines[leaf_lines["is_leaf"]].reset_index(drop=True)
    owners, counts = [], []
    for node in leaf_lines["node"].tolist():
        of_leaf = duty_lines[np.isin(nodes, _with_all_above(parents, node))]
        owners.append(_joined(of_leaf["unit_name"]))
        counts.append(len(of_leaf))
    lines = leaf_lines[["code", "name", "lead", "responsible"]].assign(
        duty_units=owners, duties=counts
    )
    unnamed = (lines[["lead", "responsible", "duty_units"]] == "").all(axis=1)
    return lines.assign(nobody=unnamed)


def _duty_nodes(rules: RuleSet, duty_lines: pd.DataFrame) -> np.ndarray:
    """Find the indicator that each duty names, by the narrowest text that is one; -1: none."""
    by_name = {normalise(name): node for node, name in rules.nodes["name"].items() if node}
    return np.array(
        [
            next((by_name[text] for text in map(normalise, texts) if text in by_name), -1)
            for texts in duty_lines[list(_LEVELS)].itertuples(index=False)
        ],
        np.int64,
    )


def _with_all_above(parents: np.ndarray, node: int) -> list[int]:
    chain = [node]
    while parents[chain[-1]] > 0:
        chain.append(int(parents[chain[-1]]))
    return chain


def _joined(names: pd.Series) -> str:
    return "、".join(dict.fromkeys(name for name in names if name))


def site_duties(office: Office, as_of: date) -> pd.DataFrame:
    """Say of each registered site who answers for it: by a duty of the site, else of its type.

    Returns: site_name, street_name, type_name, loss, relapses (of `site_draw.site_risks`; NaN = not visited), site_units,
             type_units, leaders (of the site, else of its street; joined by 、), nobody (no duty of site or
             type); the sites that lose most first
    """
    duty_lines, sites = duties(office, as_of), site_risks(office, as_of)
    named = duty_lines.assign(
        site_key=duty_lines["site"].map(normalise), type_key=duty_lines["point_type"].map(normalise)
    )
    of_site = dict(iter(named[named["site_key"] != ""].groupby("site_key")))
    by_type = named[(named["type_key"] != "") & (named["site_key"] == "")]
    of_type = dict(iter(by_type.groupby("type_key")))
    of_street = dict(
        iter(named[(named["site_key"] == "") & (named["leader"] != "")].groupby("unit"))
    )
    nothing = named.iloc[:0]
    rows = []
    for site_line in sites.itertuples():
        own_lines = of_site.get(normalise(site_line.site_name), nothing)
        type_lines = of_type.get(normalise(site_line.type_name), nothing)
        street_lines = of_street.get(site_line.street, nothing)
        leaders = _joined(own_lines["leader"]) or _joined(street_lines["leader"])
        rows.append((_joined(own_lines["unit_name"]), _joined(type_lines["unit_name"]), leaders))
    owners = pd.DataFrame(rows, sites.index, ["site_units", "type_units", "leaders"])
    unnamed = (owners[["site_units", "type_units"]] == "").all(axis=1)
    names = ["site_name", "street_name", "type_name", "loss", "relapses"]
    # Where nobody went, nothing is known of losses.
    went = sites["last_looked"] >= as_of.toordinal() - LOSS_DAYS
    sites = sites.assign(loss=sites["loss"].where(went))
    lines = sites[names].join(owners).assign(nobody=unnamed)
    return lines.sort_values(
        ["loss", "relapses"], ascending=False, kind="stable", ignore_index=True
    )


_FORM = [
    *(*WHAT, "leader", "lead", "responsible", "assisting", *CONTACTS, "period", "due"),
    *("progress", "remark"),
]


def duty_form(office: Office, as_of: date, duty_lines: pd.DataFrame) -> pd.DataFrame:
    """Lay lines of `duties` out as the form 责任分解, with their contacts: for the office, not for units."""
    lines = duties(office, as_of, contacts=True).loc[duty_lines.index]
    return lines.assign(responsible=lines["unit_name"])[_FORM]
