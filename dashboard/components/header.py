"""The top of a page: where one is, what it is for, and what can be done here."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.aria import aria
from dashboard.components.breadcrumb import Crumb, breadcrumb
from data.i18n import _


def page_header(
    title: str,
    purpose: str | Component,
    *,
    crumbs: Sequence[Crumb] = (),
    badge: Component | None = None,
    actions: Sequence[Component] = (),
    primary: Component | None = None,
) -> html.Header:
    """Return the head of a page.

    Parameters
    ----------
    title : str
        The name of the page: its only first-level heading.
    purpose : str or Component
        One sentence that says what the page is for.
    crumbs : sequence of Crumb
        The way to the page, which is also the switcher of dataset and run.
    badge : Component, optional
        A state beside the title.
    actions : sequence of Component
        Secondary buttons; what is rare belongs into a ``menu``.
    primary : Component, optional
        The one primary button of the page.
    """
    heading = html.H1(title, tabIndex="-1")
    words = [html.Div([heading, badge], className="page-title") if badge is not None else heading]
    buttons = [*actions, *([primary] if primary is not None else [])]
    return html.Header(
        [
            *([breadcrumb(crumbs)] if crumbs else []),
            html.Div(
                [
                    html.Div([*words, html.P(purpose, className="purpose")]),
                    *([html.Div(buttons, className="actions")] if buttons else []),
                ],
                className="page-head",
            ),
        ],
        className="page-header",
    )


def tabs(items: Sequence[tuple[str, str]], current: str) -> html.Nav:
    """Return links between the views of one thing.

    Parameters
    ----------
    items : sequence of (label, href)
        The views.
    current : str
        The address of the view that is shown.
    """
    return html.Nav(
        html.Ul(
            [
                html.Li(
                    dcc.Link(label, href=href, className="tab is-on" if href == current else "tab")
                )
                for label, href in items
            ]
        ),
        className="tabs",
        **aria(label=_("Views")),
    )
