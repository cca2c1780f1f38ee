"""The controls of the page: which model, which buyer, how many products, what is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import NO_CHOICE, Crumb, button, help_text, icon, no_choice
from dashboard.components.aria import aria
from dashboard.jobs.run import Run
from dashboard.pages.recommend.fragments import action_button, product_words
from dashboard.pages.recommend.page_state import PATH, SIZES, Query
from dashboard.pages.recommend.search_box import Option, search_box, suggestions
from dashboard.services.recommendations.buyers import Buyer, Way
from dashboard.services.recommendations.catalogue import Found
from dashboard.services.recommendations.what_if import adding
from data.i18n import _, ngettext

BUYER = "recommend-buyer"
PRODUCT = "recommend-product"
SIZE = "recommend-size"
NEW = "recommend-new"
HIDE = "recommend-hide"
CATEGORY = "recommend-category"
LOW, HIGH = "recommend-low", "recommend-high"
DAYS = "recommend-days"
MIX = "recommend-mix"
COMPARE, BESIDE = "recommend-compare", "recommend-voice"
STEPS: dict[Way, str] = {
    "previous": "recommend-previous",
    "next": "recommend-next",
    "random": "recommend-random",
}


def crumbs(run: Run, runs: list[Run], path: str = PATH) -> list[Crumb]:
    """Return the way to a view: the dataset and the run, each a switcher of models."""
    newest: dict[str, str] = {}
    for other in runs:
        newest.setdefault(other.dataset, f"{path}?run={other.run}")
    mine = [
        (_name(other), f"{path}?run={other.run}") for other in runs if other.dataset == run.dataset
    ]
    return [
        Crumb(run.dataset, f"/data/{run.dataset}", tuple(newest.items())),
        Crumb(_name(run), f"/runs/{run.run}", tuple(mine)),
        Crumb(_("Recommend")),
    ]


@dataclass(frozen=True)
class Choices:
    """What the controls let choose from.

    Attributes
    ----------
    voices : sequence of (str, str)
        Whom one can ask beside the run: key and name.
    shelves : sequence of (str, int)
        Categories and how many products each holds.
    has_data : bool
        Whether the run's dataset is there.
    """

    voices: Sequence[tuple[str, str]] = ()
    shelves: Sequence[tuple[str, int]] = ()
    has_data: bool = True


def buyer_bar(query: Query, choices: Choices) -> html.Div:
    """Return the bar that finds a buyer and sets what is shown."""
    return html.Div(
        [
            *(_buyer_tools(query) if choices.has_data else []),
            html.Div(
                [
                    _hide(query) if query.user else None,
                    _switch(NEW, _("Only new products"), query.new),
                    _sizes(query),
                ],
                className="bar-settings",
            ),
            _filters(query, choices),
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


def _filters(query: Query, choices: Choices) -> html.Details:
    """Return what narrows the ranking, and whose two lists stand side by side."""
    shelves = [
        {"label": f"{name.replace('_', ' ')} ({formats.number(count)})", "value": name}
        for name, count in choices.shelves
    ]
    voices = [{"label": name, "value": key} for key, name in choices.voices]
    days = _number(DAYS, _("Sold in the last days"), query.days, step=1)
    variety = html.Div(
        [
            html.Label(_("Variety"), htmlFor=MIX),
            dcc.Input(
                id=MIX,
                type="range",
                min=0,
                max=90,
                step=10,
                value=query.mix,
                className="range",
            ),
            help_text(
                _("Each product of a category lets the next one of it count so many percent less."),
                about=_("Variety"),
            ),
        ],
        className="bar-size",
    )
    return html.Details(
        [
            html.Summary(_("Filters, variety and a second opinion")),
            html.Div(
                [
                    _select(
                        CATEGORY, _("Category"), [no_choice(_("All")), *shelves], query.category
                    ),
                    _number(LOW, _("Price from"), query.low),
                    _number(HIGH, _("Price to"), query.high),
                    *([days] if choices.has_data else []),
                    variety,
                    _select(
                        COMPARE, _("Compare"), [no_choice(_("This model")), *voices], query.compare
                    ),
                    _select(BESIDE, _("Beside"), [no_choice(_("Nobody")), *voices], query.beside),
                ],
                className="bar-filters",
            ),
        ],
        open=query.narrowed or bool(query.beside),
        className="bar-more",
    )


def _select(name: str, label: str, options: list[dict[str, str]], value: str) -> html.Div:
    box = dbc.Select(id=name, options=options, value=value or NO_CHOICE)
    return html.Div([html.Label(label, htmlFor=name), box], className="bar-size is-wide")


def _number(name: str, label: str, value: float, step: object = "any") -> html.Div:
    box = dbc.Input(
        id=name, type="number", min=0, step=step, value=value or None, debounce=True, size="sm"
    )
    return html.Div([html.Label(label, htmlFor=name), box], className="bar-size")


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
