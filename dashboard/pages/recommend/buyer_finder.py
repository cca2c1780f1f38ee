"""Finding buyers by what they are like, below the bar that finds them by id."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import NO_CHOICE, no_choice
from dashboard.pages.recommend.page_state import Query
from dashboard.services.recommendations.error_analysis import VERDICTS, Example
from data.i18n import _, ngettext

BOUGHT, LEAST, VERDICT = "like-bought", "like-least", "like-verdict"
FOUND = "like-found"


def likeness() -> html.Details:
    """Return the fields and the place for who is found; a callback fills it."""
    verdicts = [no_choice(_("anything"))]
    verdicts += [{"label": _(words), "value": key} for key, words in VERDICTS.items()]
    bought = dbc.Input(id=BOUGHT, type="search", debounce=True, size="sm")
    least = dbc.Input(id=LEAST, type="number", min=1, step=1, debounce=True, size="sm")
    return html.Details(
        [
            html.Summary(_("Find buyers by what they are like")),
            html.Div(
                [
                    _field(BOUGHT, _("Bought the product"), bought),
                    _field(LEAST, _("Purchases, at least"), least),
                    _field(
                        VERDICT,
                        _("Of whom the model"),
                        dbc.Select(id=VERDICT, options=verdicts, value=NO_CHOICE),
                        wide=True,
                    ),
                ],
                className="bar-filters",
            ),
            html.Div(id=FOUND, role="status"),
        ],
        className="panel recommend-like bar-more",
    )


def _field(name: str, label: str, box: Component, *, wide: bool = False) -> html.Div:
    look = "bar-size is-wide" if wide else "bar-size"
    return html.Div([html.Label(label, htmlFor=name), box], className=look)


def found(query: Query, examples: Sequence[Example]) -> Component:
    """Return who was found, each a link that shows the purchase in question as the truth."""
    if not examples:
        return html.P(_("No buyer is like this."), className="note")
    return html.Ul([_row(query, example) for example in examples], className="like-list")


def _row(query: Query, example: Example) -> html.Li:
    user, count = example.buyer.user, example.buyer.events
    words = ngettext("{count} purchase", "{count} purchases", count)
    return html.Li(
        [
            dcc.Link(user, href=Query(run=query.run, user=user, hide=example.hide).href()),
            html.Span(words.format(count=formats.number(count)), className="note"),
        ]
    )
