"""The section of a 通报 about losses: which indicators cost the city most, and where."""

from __future__ import annotations

from math import fsum

from wenming_metrics.domain.numbers import allocate, half_up
from wenming_metrics.export.word.blocks import Block, Grid, body
from wenming_metrics.publishing.bulletin.layout import Layout
from wenming_metrics.publishing.bulletin.material import Material
from wenming_metrics.publishing.bulletin.phrases import heads, join, percent, points
from wenming_metrics.queries.scores.details import PATH_MARK

_MAIN, _SITES = 3, 3
"""So many kinds of loss are named in the sentence, so many sites of an indicator in the table."""


def losses(material: Material, layout: Layout) -> list[Block]:
    """Say where the points went: shares of the top indicators, then the indicators that cost most."""
    by_class, decimals = material.lists.shares, material.decimals
    if by_class.empty:
        return []
    total = float(half_up(fsum(by_class["loss"]), decimals))
    shares = shown_shares(material)
    # What is shown adds up to the shown whole: people add them with a calculator.
    lost = allocate(by_class["loss"].to_numpy(), total, decimals)
    names = by_class["name"].tolist()
    main = [f"{name}（占{share:.2f}%）" for name, share in zip(names, shares, strict=True)][:_MAIN]
    text = f"全市失分{points(total, decimals)}分"
    if len(names) > 1:
        text += f"，主要集中在{join(main)}，合计占{fsum(shares[:_MAIN]):.2f}%"
    else:
        text += f"，均在{names[0]}"
    rows = [
        (name, points(loss, decimals), f"{share:.2f}%")
        for name, loss, share in zip(names, lost, shares, strict=True)
    ]
    by_kind = Grid("各类失分", heads("loss_kind", "loss", "loss_share"), tuple(rows), (50, 20, 20))
    kinds = [by_kind] if len(rows) > 1 else []
    return [body(f"{text}。"), *kinds, _indicators(material)]


def shown_shares(material: Material) -> list[float]:
    """Give the shares of the top indicators in percent, which add up to 100 as they are shown."""
    return allocate(100 * material.lists.shares["share"].to_numpy(), 100.0, 2)


def _indicators(material: Material) -> Grid:
    rows = []
    for line in material.lists.losses.itertuples():
        path = f"{line.path}{PATH_MARK}{line.name}" if line.path else line.name
        rows.append(
            (
                str(line.name),
                points(line.loss, material.decimals),
                percent(line.share, 1, 2),
                str(line.failed),
                str(line.checks),
                _worst_sites(material, path),
            )
        )
    names = heads("indicator", "loss", "loss_share", "failed", "checks", "main_sites")
    widths = (28, 12, 16, 10, 12, 50)
    return Grid("失分较多的指标", names, tuple(rows), widths, frozenset([0, 5]))


def _worst_sites(material: Material, path: str) -> str:
    """Name the sites with most problems below an indicator."""
    if material.facts is None:
        return "—"
    problems = material.facts.problems
    below = (problems["path"] == path) | problems["path"].str.startswith(path + PATH_MARK)
    counts = problems[below].groupby(["unit_name", "site_name"], sort=False)["places"].sum()
    counts = counts.sort_values(ascending=False, kind="stable").head(_SITES)
    named_sites = (f"{_site(*key)}（{count}处）" for key, count in counts.items())
    return join(named_sites) or "—"


def _site(unit: str, site: str) -> str:
    """Name a site with its unit, once."""
    return site if site.startswith(unit) else f"{unit}{site}"
