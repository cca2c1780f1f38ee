"""The header of a page: breadcrumb, title, purpose and actions; and tabs."""

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
    """Return the header of a page.

    Parameters
    ----------
    title : str
        First-level heading, the only one of the page.
    purpose : str or Component
        Purpose of the page, in one sentence.
    crumbs : sequence of Crumb
        Breadcrumb, with menus to switch dataset or run.
    badge : Component, optional
        State, beside the title.
    actions : sequence of Component
        Secondary buttons; rare actions belong in a ``menu``.
    primary : Component, optional
        The primary button of the page.
    """
    heading = html.H1(title, tabIndex="-1")
    titles = [html.Div([heading, badge], className="page-title") if badge is not None else heading]
    buttons = [*actions, *([primary] if primary is not None else [])]
    return html.Header(
        [
            *([breadcrumb(crumbs)] if crumbs else []),
            html.Div(
                [
                    html.Div([*titles, html.P(purpose, className="purpose")]),
                    *([html.Div(buttons, className="actions")] if buttons else []),
                ],
                className="page-head",
            ),
        ],
        className="page-header",
    )


def tabs(items: Sequence[tuple[str, str]], current: str) -> html.Nav:
    """Return links between the views of a dataset or a run.

    Parameters
    ----------
    items : sequence of (label, href)
        Views in order.
    current : str
        Address of the current view.
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
