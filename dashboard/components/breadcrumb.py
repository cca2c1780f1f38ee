"""Where one is, and what else there is beside it: a breadcrumb whose steps are switchers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.icon import icon
from data.i18n import _


@dataclass(frozen=True)
class Crumb:
    """One step of the way to a page.

    Attributes
    ----------
    label : str
        What the step is called.
    href : str or None
        Where it leads; None for the page itself.
    choices : tuple of (label, href)
        What else could stand in its place, such as the other datasets.
    """

    label: str
    href: str | None = None
    choices: tuple[tuple[str, str], ...] = ()


def breadcrumb(crumbs: Sequence[Crumb]) -> html.Nav:
    """Return the way to a page, from the most general step to the page itself."""
    return html.Nav(
        html.Ol([html.Li(_step(crumb)) for crumb in crumbs]),
        className="crumbs",
        **aria(label=_("Breadcrumb")),
    )


def _step(crumb: Crumb) -> list[Any]:
    words = dcc.Link(crumb.label, href=crumb.href) if crumb.href else html.Span(crumb.label)
    if not crumb.choices:
        return [words]
    others = [
        html.Li(
            dcc.Link(label, href=href, className="menu-item is-on")
            if label == crumb.label
            else dcc.Link(label, href=href, className="menu-item")
        )
        for label, href in crumb.choices
    ]
    opener = html.Summary(
        [icon("down"), html.Span(_("Choose another"), className="visually-hidden")],
        title=_("Choose another"),
    )
    return [words, html.Details([opener, html.Ul(others, className="menu-list")], className="menu")]
