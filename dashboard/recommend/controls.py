"""The controls of the page: which model, which buyer, how many products, what is hidden."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import Crumb, button, icon
from dashboard.components.aria import aria
from dashboard.jobs.run import Run
from dashboard.recommend.parts import action_button, product_words
from dashboard.recommend.query import SIZES, Query
from dashboard.recommend.search_box import Option, search_box, suggestions
from dashboard.services.buyers import Buyer, Way
from dashboard.services.catalogue import Found
from dashboard.services.edits import adding
from data.text import _, ngettext

BUYER = "recommend-buyer"
PRODUCT = "recommend-product"
SIZE = "recommend-size"
NEW = "recommend-new"
HIDE = "recommend-hide"
STEPS: dict[Way, str] = {
    "previous": "recommend-previous",
    "next": "recommend-next",
    "random": "recommend-random",
}


def crumbs(run: Run, runs: list[Run]) -> list[Crumb]:
    """Return the way to the page: the dataset and the run, each a switcher of models."""
    newest: dict[str, str] = {}
    for other in runs:
        newest.setdefault(other.dataset, Query(run=other.run).href())
    mine = [
        (_name(other), Query(run=other.run).href())
        for other in runs
        if other.dataset == run.dataset
    ]
    return [
        Crumb(run.dataset, f"/data/{run.dataset}", tuple(newest.items())),
        Crumb(_name(run), f"/runs/{run.run}", tuple(mine)),
        Crumb(_("Recommend")),
    ]


def buyer_bar(query: Query, *, has_data: bool) -> html.Div:
    """Return the bar that finds a buyer and sets what is shown."""
    return html.Div(
        [
            *(_buyer_tools(query) if has_data else []),
            html.Div(
                [
                    _switch(HIDE, _("Hide the last purchase"), query.hide > 0)
                    if query.user
                    else None,
                    _switch(NEW, _("Only new products"), query.new),
                    _sizes(query),
                ],
                className="bar-settings",
            ),
        ],
        className="panel recommend-bar",
        role="search",
        **aria(label=_("Buyer and ranking")),
    )


def _buyer_tools(query: Query) -> list[Component]:
    box = search_box(
        BUYER, _("Find a buyer"), _("Find a buyer by the beginning of the id"), value=query.user
    )
    steps: list[Component] = []
    if query.user:
        steps.append(_step(STEPS["previous"], _("Previous buyer"), "left"))
        steps.append(_step(STEPS["next"], _("Next buyer"), "right"))
    steps.append(button(_("Any buyer"), STEPS["random"], icon="random"))
    if query.user:
        empty = {"do": "set", "name": "user", "value": ""}
        steps.append(action_button(_("Empty basket"), empty))
    return [box, html.Div(steps, className="bar-steps")]


def _step(name: str, words: str, picture: str) -> html.Button:
    return html.Button(
        icon(picture),
        id=name,
        type="button",
        className="button is-secondary is-narrow",
        title=words,
        **aria(label=words),
    )


def _hide(query: Query) -> html.Div:
    words = ngettext("Hide the last purchase", "Hide the last {count} purchases", query.hide or 1)
    return _switch(HIDE, words.format(count=formats.number(query.hide)), query.hide > 0)


def _switch(name: str, words: str, on: bool) -> html.Div:
    return html.Div(dbc.Switch(id=name, label=words, value=on), className="bar-switch")


def _sizes(query: Query) -> html.Div:
    sizes = sorted({*SIZES, query.size})
    return html.Div(
        [
            html.Label(_("Products"), htmlFor=SIZE),
            dbc.Select(
                id=SIZE,
                options=[{"label": str(size), "value": str(size)} for size in sizes],
                value=str(query.size),
            ),
        ],
        className="bar-size",
    )


def buyer_suggestions(words: str, found: Sequence[Buyer]) -> list[html.Li]:
    """Return buyers as the list of their search."""
    rows = [
        Option(
            [html.Span(buyer.user, className="mono"), _purchases(buyer.events)],
            {"do": "set", "name": "user", "value": buyer.user},
        )
        for buyer in found
    ]
    return suggestions(BUYER, words, rows, _("No buyer's id begins like this."))


def product_suggestions(words: str, found: Sequence[Found]) -> list[html.Li]:
    """Return products as the list of their search, or the words as an unknown product."""
    rows = [
        Option(
            [
                html.Span(
                    product_words(known.product, None, known.brand, known.category),
                    className="search-product",
                ),
                _purchases(known.count),
            ],
            {"do": "edit", "value": adding([known.product])},
        )
        for known in found
    ]
    if not rows and words.strip():
        sentence = _("Add {product}, which the model has never seen")
        action = {"do": "edit", "value": adding([words.strip()])}
        rows.append(Option([html.Span(sentence.format(product=words.strip()))], action))
    return suggestions(PRODUCT, words, rows, _("The model knows no product."))


def _purchases(count: int) -> html.Span:
    words = ngettext("{count} purchase", "{count} purchases", count)
    return html.Span(words.format(count=formats.number(count)), className="muted number")


def _name(run: Run) -> str:
    return f"{run.run} · {run.label}" if run.label else run.run
