"""All facts of a 通报: what its window shows, what became of earlier issues, what people confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from wenming_metrics.publishing.bulletin.confirmed import confirmed_names, confirmed_pictures
from wenming_metrics.publishing.bulletin.earlier import corrected_since
from wenming_metrics.publishing.bulletin.facts import BulletinFacts, gather
from wenming_metrics.publishing.bulletin.layout import current_layout, kind_of
from wenming_metrics.publishing.bulletin.reviews import reviewed_problems
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.publishing.lists import IssueLists
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.channels import reported
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.scores.arrivals import Cutoff


def gather_all(
    connection: Connection, office: Office, issue: Issue, arrival_limit: Cutoff, lists: IssueLists
) -> BulletinFacts:
    """Find what the 通报 of an issue says beside its lists, of the files that count in it."""
    facts = gather(connection, office, issue.window, arrival_limit)
    if "hotline" in current_layout(connection, kind_of(issue)).sections:
        start, last = issue.window.start, date.fromisoformat(facts.as_of)
        view = problem_view(office, (last - start).days + 1, last, arrival_limit.at)
        counts = reported(office, view, arrival_limit.at)
        facts = replace(facts, hotline=counts.units, hotline_notes=list(counts.remarks))
    return replace(
        facts,
        corrections=corrected_since(connection, office, issue),
        reviews=reviewed_problems(connection, office, issue.window, arrival_limit.at),
        named=confirmed_names(connection, issue, lists),
        pictures=confirmed_pictures(connection, facts.problems, issue.window),
    )
