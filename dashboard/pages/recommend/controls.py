"""The controls of the page: buyer, length of the list, filters and comparison."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import NO_CHOICE, Crumb, button, help_text, icon, no_choice
from dashboard.components.aria import aria
from dashboard.jobs.run import Run
from dashboard.pages.recommend.fragments import action_button, product_name_and_details
from dashboard.pages.recommend.page_state import PATH, SIZES, Query
from dashboard.pages.recommend.search_box import Option, search_box, suggestions
from dashboard.services.recommendations.buyers import Buyer, Direction
from dashboard.services.recommendations.product_search import ProductMatch
from dashboard.services.recommendations.what_if import add_edits
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
PLACEMENT = "recommend-placement"
STEPS: dict[Direction, str] = {
    "previous": "recommend-previous",
    "next": "recommend-next",
    "random": "recommend-random",
}


def crumbs(
    run: Run, models: Sequence[Run], in_service: Collection[str | None], path: str = PATH
) -> list[Crumb]:
    """Return the breadcrumbs of a view: dataset and run, each a menu of the other models."""
    newest: dict[str, str] = {}
    for other in models:
        newest.setdefault(other.dataset, f"{path}?run={other.run}")
    same_dataset = [
        (_name(other, in_service), f"{path}?run={other.run}")
        for other in models
        if other.dataset == run.dataset
    ]
    return [
        Crumb(run.dataset, f"/data/{run.dataset}", tuple(newest.items())),
        Crumb(_name(run, in_service), f"/runs/{run.run}", tuple(same_dataset)),
        Crumb(_("Recommend")),
    ]


@dataclass(frozen=True)
class ControlOptions:
    """Options of the controls.

    Attributes
    ----------
    models : sequence of (str, str)
        Models to compare with: key and name.
    categories : sequence of (str, int)
        Categories and their numbers of products.
    placements : sequence of str
        Placements of the run's dataset.
    has_dataset : bool
        Whether the run's dataset exists, so that buyers can be searched.
    """

    models: Sequence[tuple[str, str]] = ()
    categories: Sequence[tuple[str, int]] = ()
    placements: Sequence[str] = ()
    has_dataset: bool = True


def buyer_bar(query: Query, options: ControlOptions) -> html.Div:
    """Return the bar of all controls."""
    return html.Div(
        [
            *(_buyer_tools(query) if options.has_dataset else []),
            html.Div(
                [
                    _hide(query) if query.user else None,
                    _switch(NEW, _("Only new products"), query.new),
                    _sizes(query),
                ],
                className="bar-settings",
            ),
            _filters(query, options),
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
    steps.append(button(_("Random buyer"), STEPS["random"], icon="random"))
    if query.user:
        empty = {"do": "set", "name": "user", "value": ""}
        steps.append(action_button(_("Empty basket"), empty))
    return [box, html.Div(steps, className="bar-steps")]


def _step(name: str, label: str, icon_name: str) -> html.Button:
    return html.Button(
        icon(icon_name),
        id=name,
        type="button",
        className="button is-secondary is-narrow",
        title=label,
        **aria(label=label),
    )


def _hide(query: Query) -> html.Div:
    label = ngettext("Hide the last purchase", "Hide the last {count} events", query.hide or 1)
    return _switch(HIDE, label.format(count=formats.number(query.hide)), query.hide > 0)


def _switch(name: str, label: str, on: bool) -> html.Div:
    return html.Div(dbc.Switch(id=name, label=label, value=on), className="bar-switch")


def _filters(query: Query, options: ControlOptions) -> html.Details:
    """Return the filters, the diversity and the two models that are compared."""
    categories = [
        {"label": f"{name.replace('_', ' ')} ({formats.number(count)})", "value": name}
        for name, count in options.categories
    ]
    models = [{"label": name, "value": key} for key, name in options.models]
    placements = [{"label": name, "value": name} for name in options.placements]
    days = _number(DAYS, _("Sold in the last days"), query.days, step=1)
    diversity = html.Div(
        [
            html.Label(_("Diversity"), htmlFor=MIX),
            dcc.Input(
                id=MIX,
                type="range",
                min=0,
                max=90,
                step=10,
                value=query.mix,
                disabled=bool(query.placement),
                className="range",
            ),
            help_text(
                _(
                    "Each product of the list discounts the probability of the others of its"
                    " category by this percentage."
                ),
                about=_("Diversity"),
                place="buyers#filters",
            ),
        ],
        className="bar-size",
    )
    return html.Details(
        [
            html.Summary(_("Rules, filters, diversity and comparison")),
            html.Div(
                [
                    _select(
                        PLACEMENT,
                        _("Placement"),
                        [no_choice(_("No rules")), *placements],
                        query.placement,
                    ),
                    _select(
                        CATEGORY, _("Category"), [no_choice(_("Any")), *categories], query.category
                    ),
                    _number(LOW, _("Price from"), query.low),
                    _number(HIGH, _("Price to"), query.high),
                    *([days] if options.has_dataset else []),
                    diversity,
                    _select(
                        COMPARE, _("Compare"), [no_choice(_("This model")), *models], query.compare
                    ),
                    _select(BESIDE, _("With"), [no_choice(_("No model")), *models], query.beside),
                ],
                className="bar-filters",
            ),
        ],
        open=query.narrowed or bool(query.beside or query.placement),
        className="bar-more",
    )


def _select(name: str, label: str, options: list[dict[str, str]], value: str) -> html.Div:
    select = dbc.Select(id=name, options=options, value=value or NO_CHOICE)
    return html.Div([html.Label(label, htmlFor=name), select], className="bar-size is-wide")


def _number(name: str, label: str, value: float, step: object = "any") -> html.Div:
    field = dbc.Input(
        id=name, type="number", min=0, step=step, value=value or None, debounce=True, size="sm"
    )
    return html.Div([html.Label(label, htmlFor=name), field], className="bar-size")


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


def buyer_suggestions(prefix: str, results: Sequence[Buyer]) -> list[html.Li]:
    """Return the rows of the buyer search."""
    rows = [
        Option(
            [html.Span(buyer.user, className="mono"), _purchases(buyer.events)],
            {"do": "set", "name": "user", "value": buyer.user},
        )
        for buyer in results
    ]
    return suggestions(BUYER, prefix, rows, _("No buyer's id begins with this."))


def product_suggestions(words: str, matches: Sequence[ProductMatch]) -> list[html.Li]:
    """Return the rows of the product search; without a match the text as an unknown product."""
    rows = [
        Option(
            [
                html.Span(
                    product_name_and_details(match),
                    className="search-product",
                ),
                _purchases(match.count),
            ],
            {"do": "edit", "value": add_edits([match.product])},
        )
        for match in matches
    ]
    if not rows and words.strip():
        label = _("Add {product}, which the model has never seen")
        action = {"do": "edit", "value": add_edits([words.strip()])}
        rows.append(Option([html.Span(label.format(product=words.strip()))], action))
    return suggestions(PRODUCT, words, rows, _("The model knows no product."))


def _purchases(count: int) -> html.Span:
    text = ngettext("{count} purchase", "{count} purchases", count)
    return html.Span(text.format(count=formats.number(count)), className="muted number")


def _name(run: Run, in_service: Collection[str | None]) -> str:
    """Return the name of a run, its label, and whether it is in service."""
    service = _("in service") if run.run in in_service else ""
    return " · ".join(filter(None, (run.run, run.label, service)))
