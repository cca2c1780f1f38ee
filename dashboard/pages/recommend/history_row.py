"""One event of a history: what was bought, what it does for a product, what can be changed."""

import math

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import icon, moment
from dashboard.components.aria import data
from dashboard.pages.recommend.fragments import edit_button, icon_button, product_words
from dashboard.services.recommendations.what_if import Entry
from data.events import PURCHASE
from data.i18n import N_, _

PARTS = {"validation": N_("Validation"), "test": N_("Test")}


def event(
    entry: Entry,
    *,
    effect: Component | None,
    hide: int = 0,
    newest: bool = False,
    oldest: bool = False,
    priced: bool = False,
) -> html.Li:
    """Return the row of an event that the model is given.

    Parameters
    ----------
    entry : Entry
        The event.
    effect : Component or None
        What it does for the product that is explained; its price is shown where it is None.
    hide : int
        How many of the last events to hide so that this one is to be found; 0 offers it not.
    newest, oldest : bool
        Whether it is at an end of the history, where it cannot move further.
    priced : bool
        Whether its price can be changed, since the model reads it.
    """
    price = (
        _price(entry)
        if priced
        else html.Span(formats.money(entry.price), className="event-price number")
    )
    changed = entry.moved or entry.repriced
    look = "event is-added" if entry.added else "event is-moved" if changed else "event"
    return html.Li(
        [
            _what(entry, _marks(entry)),
            effect if effect is not None else price,
            html.Div(_tools(entry, hide, newest, oldest), className="event-tools"),
        ],
        className=look,
        **data(key=entry.key),
    )


def _price(entry: Entry) -> Component:
    """Return the price as a field; the page's script takes a change of it as an edit."""
    words = _("Price of {product}").format(product=entry.title or entry.product)
    return html.Label(
        [
            html.Span(words, className="visually-hidden"),
            dbc.Input(
                id=f"price-{entry.key}",
                type="number",
                min=0,
                step="any",
                value=None if entry.price is None else round(entry.price, 4),
                className="event-price number",
            ),
        ]
    )


def hidden_event(entry: Entry, *, truth: bool) -> html.Li:
    """Return the row of an event that is kept from the model; the truth is what it should find."""
    mark: Component = html.Span(_("Hidden"), className="muted")
    if truth:
        mark = html.Span([icon("check"), _("Bought next")], className="mark-truth")
    return html.Li(
        [
            _what(entry, []),
            mark,
            html.Div(moment(entry.time), className="event-tools is-text muted"),
        ],
        className="event is-hidden is-truth" if truth else "event is-hidden",
        **data(key=entry.key),
    )


def effect_bar(effect: float | None, strongest: float) -> Component:
    """Return the bar of what an event does: to the right where it makes the product likelier.

    Parameters
    ----------
    effect : float or None
        Change of the natural logarithm of the probability; None where the event is not read.
    strongest : float
        The largest effect of the history, which fills half of the bar.
    """
    if effect is None:
        return html.Span(formats.MISSING, className="event-price muted")
    share = abs(effect) / strongest if strongest else 0.0
    factor = formats.number(math.exp(effect), 2)
    side = "is-for" if effect >= 0 else "is-against"
    words = _("With this purchase the product is {factor} times as probable.")
    fill = html.Span(style={"width": f"{50 * share:.1f}%"}, className=f"effect-fill {side}")
    return html.Div(
        [html.Span(fill, className="effect-track"), html.Span(f"× {factor}", className="number")],
        className="effect",
        title=words.format(factor=factor),
    )


def _what(entry: Entry, marks: list[Component]) -> html.Div:
    name, about = product_words(entry.product, entry.title, entry.brand, entry.category)
    line = html.Div([name, *marks], className="event-line") if marks else name
    return html.Div([line, about], className="event-what")


def _marks(entry: Entry) -> list[Component]:
    marks: list[Component] = []
    if entry.part:
        marks.append(
            html.Span(
                _(PARTS[entry.part]),
                className=f"mark-part is-{entry.part}",
                title=_("Training did not see this purchase."),
            )
        )
    if entry.type and entry.type != PURCHASE:
        marks.append(html.Span(entry.type, className="mark-part"))
    return marks


def _tools(entry: Entry, hide: int, newest: bool, oldest: bool) -> list[Component]:
    name = entry.title or entry.product
    tools: list[Component] = []
    if hide:
        words = _("Predict {product} from what was before it").format(product=name)
        tools.append(
            icon_button(words, "recommend", {"do": "set", "name": "hide", "value": str(hide)})
        )
    if not newest:
        words = _("Move {product} later").format(product=name)
        tools.append(edit_button(words, "up", f"later:{entry.key}"))
    if not oldest:
        words = _("Move {product} earlier").format(product=name)
        tools.append(edit_button(words, "down", f"earlier:{entry.key}"))
    words = _("Take {product} out").format(product=name)
    return [*tools, edit_button(words, "close", f"drop:{entry.key}")]
