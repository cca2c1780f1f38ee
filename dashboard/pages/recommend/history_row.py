"""The row of one event of a history: the product, its effect or price, and edit buttons."""

import math

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import icon, moment
from dashboard.components.aria import data
from dashboard.pages.recommend.fragments import (
    edit_button,
    icon_button,
    product_label,
    product_name_and_details,
)
from dashboard.services.recommendations.what_if import HistoryEvent
from data.events import PURCHASE
from data.i18n import N_, _, units

ACTIONS = {
    "view": N_("Viewed"),
    "cart": N_("Put into the cart"),
    "remove_from_cart": N_("Taken out of the cart"),
}
PARTS = {"validation": N_("Validation"), "test": N_("Test")}


def event_row(
    event: HistoryEvent,
    *,
    effect: Component | None,
    hide: int = 0,
    newest: bool = False,
    oldest: bool = False,
    editable_price: bool = False,
) -> html.Li:
    """Return the row of an event of the history the model is given.

    Parameters
    ----------
    event : HistoryEvent
    effect : Component or None
        Its effect on the explained product; the price is shown where it is None.
    hide : int
        How many of the last events to hide so that this one comes next; 0 for no such button.
    newest, oldest : bool
        Whether it is at an end of the history, where it cannot be moved further.
    editable_price : bool
        Whether its price can be edited, because the model reads prices.
    """
    price = (
        _price(event)
        if editable_price
        else html.Span(formats.money(event.price), className="event-price number")
    )
    changed = event.moved or event.repriced
    look = "event is-added" if event.added else "event is-moved" if changed else "event"
    return html.Li(
        [
            _product(event, _marks(event)),
            effect if effect is not None else price,
            html.Div(_tools(event, hide, newest, oldest), className="event-tools"),
        ],
        className=look,
        **data(key=event.key),
    )


def _price(event: HistoryEvent) -> Component:
    """Return the price as a number field, whose changes the page's script turns into edits."""
    label = _("Price of {product}").format(product=product_label(event))
    return html.Label(
        [
            html.Span(label, className="visually-hidden"),
            dbc.Input(
                id=f"price-{event.key}",
                type="number",
                min=0,
                step="any",
                value=None if event.price is None else amount_digits(event.price),
                className="event-price number",
            ),
        ]
    )


def amount_digits(price: float) -> str:
    """Return an amount as a number field holds it, with the decimals of money or those it needs.

    Examples
    --------
    >>> amount_digits(9.9), amount_digits(12), amount_digits(0.0034)
    ('9.90', '12.00', '0.0034')
    """
    price = round(price, 4)
    return f"{price:.2f}" if price == round(price, 2) else f"{price:.4f}"


def hidden_event_row(event: HistoryEvent, *, target: bool) -> html.Li:
    """Return the row of an event hidden from the model; the target is the one that comes next."""
    mark: Component = html.Span(_("Hidden"), className="muted")
    if target:
        mark = html.Span([icon("check"), _("Bought next")], className="mark-truth")
    return html.Li(
        [
            _product(event, _type_mark(event)),
            mark,
            html.Div(moment(event.time), className="event-tools is-text muted"),
        ],
        className="event is-hidden is-truth" if target else "event is-hidden",
        **data(key=event.key),
    )


def effect_bar(effect: float | None, largest: float) -> Component:
    """Return the bar of an effect, to the right where it makes the product more probable.

    Parameters
    ----------
    effect : float or None
        Change of the log probability; None where the model does not read the event.
    largest : float
        The largest absolute effect in the history, which fills half of the bar.
    """
    if effect is None:
        return html.Span(formats.MISSING, className="event-price muted")
    share = abs(effect) / largest if largest else 0.0
    factor = formats.number(math.exp(effect), 2)
    side = "is-for" if effect >= 0 else "is-against"
    text = _("With this event the product is {factor} times as probable.")
    fill = html.Span(style={"width": f"{50 * share:.1f}%"}, className=f"effect-fill {side}")
    return html.Div(
        [html.Span(fill, className="effect-track"), html.Span(f"× {factor}", className="number")],
        className="effect",
        title=text.format(factor=factor),
    )


def _product(event: HistoryEvent, marks: list[Component]) -> html.Div:
    name, details = product_name_and_details(event)
    line = html.Div([name, *marks], className="event-line") if marks else name
    return html.Div([line, details], className="event-what")


def _marks(event: HistoryEvent) -> list[Component]:
    marks: list[Component] = []
    if event.part:
        marks.append(
            html.Span(
                _(PARTS[event.part]),
                className=f"mark-part is-{event.part}",
                title=_("Held out: training did not see this purchase."),
            )
        )
    marks += _type_mark(event)
    if event.quantity is not None and event.quantity != 1:
        marks.append(html.Span(units(event.quantity), className="mark-part"))
    return marks


def _type_mark(event: HistoryEvent) -> list[Component]:
    """Return the name of the event's type, where it is no purchase."""
    if not event.type or event.type == PURCHASE:
        return []
    text = _(ACTIONS[event.type]) if event.type in ACTIONS else event.type
    return [html.Span(text, className="mark-part")]


def _tools(event: HistoryEvent, hide: int, newest: bool, oldest: bool) -> list[Component]:
    name = product_label(event)
    tools: list[Component] = []
    if hide:
        label = _("Predict {product} from the events before it").format(product=name)
        tools.append(
            icon_button(label, "recommend", {"do": "set", "name": "hide", "value": str(hide)})
        )
    if not newest:
        label = _("Move {product} later").format(product=name)
        tools.append(edit_button(label, "up", f"later:{event.key}"))
    if not oldest:
        label = _("Move {product} earlier").format(product=name)
        tools.append(edit_button(label, "down", f"earlier:{event.key}"))
    label = _("Remove {product}").format(product=name)
    return [*tools, edit_button(label, "close", f"drop:{event.key}")]
