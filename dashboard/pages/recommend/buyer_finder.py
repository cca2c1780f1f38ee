"""Search buyers by criteria: a product they bought, their events, the model's errors."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import NO_CHOICE, no_choice
from dashboard.pages.recommend.page_state import Query
from dashboard.services.recommendations.error_analysis import OUTCOMES, BuyerExample
from data.i18n import _, ngettext

BOUGHT, MIN_EVENTS, OUTCOME = "like-bought", "like-least", "like-verdict"
RESULTS = "like-found"


def buyer_finder() -> html.Details:
    """Return the fields of the search and the place of its results, which a callback fills."""
    outcomes = [no_choice(_("any or none"))]
    outcomes += [{"label": _(label), "value": key} for key, label in OUTCOMES.items()]
    bought = dbc.Input(id=BOUGHT, type="search", debounce=True, size="sm")
    min_events = dbc.Input(id=MIN_EVENTS, type="number", min=1, step=1, debounce=True, size="sm")
    return html.Details(
        [
            html.Summary(_("Find buyers by criteria")),
            html.Div(
                [
                    _field(BOUGHT, _("Bought the product (id or title)"), bought, wide=True),
                    _field(MIN_EVENTS, _("Purchases, at least"), min_events),
                    _field(
                        OUTCOME,
                        _("Test purchase"),
                        dbc.Select(id=OUTCOME, options=outcomes, value=NO_CHOICE),
                        wide=True,
                    ),
                ],
                className="bar-filters",
            ),
            html.Div(id=RESULTS, role="status"),
        ],
        className="panel recommend-like bar-more",
    )


def _field(name: str, label: str, field: Component, *, wide: bool = False) -> html.Div:
    look = "bar-size is-wide" if wide else "bar-size"
    return html.Div([html.Label(label, htmlFor=name), field], className=look)


def buyer_links(query: Query, examples: Sequence[BuyerExample]) -> Component:
    """Return a link to each buyer that hides the test purchase and the events after it."""
    if not examples:
        return html.P(_("No buyer meets these criteria."), className="note")
    return html.Ul([_row(query, example) for example in examples], className="like-list")


def _row(query: Query, example: BuyerExample) -> html.Li:
    user, count = example.buyer.user, example.buyer.events
    text = ngettext("{count} purchase", "{count} purchases", count)
    return html.Li(
        [
            dcc.Link(user, href=Query(run=query.run, user=user, hide=example.hide).href()),
            html.Span(text.format(count=formats.number(count)), className="note"),
        ]
    )
