"""Breadcrumbs: the path to a page, with menus of the siblings of each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html

from dashboard.components.aria import aria
from dashboard.components.icon import icon
from data.i18n import _


@dataclass(frozen=True)
class Crumb:
    """One step of a breadcrumb.

    Attributes
    ----------
    label : str
        Text of the step.
    href : str or None
        Address of the step; None for the current page.
    choices : tuple of (label, href)
        Siblings offered in a menu, such as the other datasets.
    """

    label: str
    href: str | None = None
    choices: tuple[tuple[str, str], ...] = ()


def breadcrumb(crumbs: Sequence[Crumb]) -> html.Nav:
    """Return a breadcrumb, from the most general step to the current page."""
    return html.Nav(
        html.Ol([html.Li(_step(crumb)) for crumb in crumbs]),
        className="crumbs",
        **aria(label=_("Breadcrumb")),
    )


def _step(crumb: Crumb) -> list[Any]:
    label = dcc.Link(crumb.label, href=crumb.href) if crumb.href else html.Span(crumb.label)
    if not crumb.choices:
        return [label]
    siblings = [
        html.Li(
            dcc.Link(
                name,
                href=href,
                className="menu-item is-on" if name == crumb.label else "menu-item",
            )
        )
        for name, href in crumb.choices
    ]
    opener = html.Summary(
        [icon("down"), html.Span(_("Choose another"), className="visually-hidden")],
        title=_("Choose another"),
    )
    menu = html.Ul(siblings, className="menu-list")
    return [label, html.Details([opener, menu], className="menu")]
