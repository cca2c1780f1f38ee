"""The two cards of the page: the history on the left, the ranking on the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import (
    empty_state,
    error_state,
    render,
    render_empty,
    sampled_note,
)
from dashboard.pages.recommend.attribute_fields import attribute_fields
from dashboard.pages.recommend.comparison_panel import comparison_panel
from dashboard.pages.recommend.controls import PRODUCT
from dashboard.pages.recommend.fragments import ProductDescription, action_button, product_label
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.placement_lists import removed_in_words
from dashboard.pages.recommend.ranking_charts import ranking_charts
from dashboard.pages.recommend.ranking_rows import left_out, ranking
from dashboard.pages.recommend.search_box import search_box
from dashboard.pages.recommend.timeline import DEFAULT_ROWS, Timeline, timeline
from dashboard.pages.recommend.view_model import (
    Explanation,
    RankedHistory,
    compare,
    edited_history,
    explain,
)
from dashboard.services.recommendations.served_run import ServedRun
from dashboard.services.recommendations.what_if import split_edits
from data.datasets.side_tables import BUYERS
from data.errors import VitrinaError
from data.exploration.attributes import attributes_of
from data.i18n import _, ngettext

HEAD = "recommend-head"
HISTORY = "recommend-history"
RANKING = "recommend-ranking"
BESIDE = "recommend-beside"


@dataclass(frozen=True)
class Panels:
    """The parts of the page that depend on the query.

    The product search between the head and the list of the history is not among them, so that a
    text that is being typed is never replaced.

    Attributes
    ----------
    head, history, ranking, beside
        Content of the cards.
    charts : pair of dict
        Rendered charts of the concentration and of the expected categories.
    """

    head: Component
    history: list[Component]
    ranking: list[Component]
    beside: list[Component]
    charts: tuple[dict[str, Any], dict[str, Any]]


def panels(served: ServedRun, query: Query, theme: str | None) -> Panels:
    """Return all panels of a query; the ranking is computed once for cards and charts."""
    try:
        history = edited_history(served, query)
    except VitrinaError as error:
        head = _head(_("No history"), query.user, [])
        sentence = _("There is no ranking to draw.")
        no_charts = (
            render_empty(sentence, _("Probability of the products")),
            render_empty(sentence, _("Expected categories")),
        )
        message = error_state(str(error), action=_reset(query))
        return Panels(head, [message], [], [], no_charts)
    explanation = explain(history)
    concentration, categories = ranking_charts(history, theme)
    return Panels(
        head=_head(
            _history_title(history), _history_subtitle(history), _undo(query), _buyer(history)
        ),
        history=_history(history, explanation.effects if explanation else None),
        ranking=_ranking(history, explanation),
        beside=comparison_panel(served, compare(history)),
        charts=(
            render(concentration),
            render(categories)
            if categories
            else render_empty(_("No product has a category."), _("Expected categories")),
        ),
    )


def frame(content: Panels) -> html.Div:
    """Return the grid of cards around the panels."""
    search = search_box(
        PRODUCT, _("Add a product"), _("Add a product: title, id, brand or category")
    )
    history = [search, html.Div(content.history, id=HISTORY)]
    return html.Div(
        [
            html.Section(
                [html.Div(content.head, id=HEAD), html.Div(history, className="card-body")],
                className="panel span-5",
            ),
            html.Section(content.ranking, id=RANKING, className="panel span-7"),
            html.Div(content.beside, id=BESIDE, className="span-12"),
        ],
        className="grid recommend",
    )


def _head(
    title: str, subtitle: str, actions: list[Component], details: Sequence[Component] = ()
) -> html.Div:
    text = [
        html.H2(title, className="card-title"),
        html.P(subtitle, className="subtitle"),
        *details,
    ]
    return html.Div(
        [html.Div(text), html.Div(actions, className="card-actions")], className="card-head"
    )


def _buyer(history: RankedHistory) -> list[Component]:
    """Return the buyer's attributes, with fields for those that the model reads."""
    dataset, user = history.served.dataset, history.query.user
    recorded = attributes_of(dataset, BUYERS, user) if dataset and user else []
    return attribute_fields(history.model.buyer_attributes, history.buyer, recorded)


def _history(history: RankedHistory, effects: Mapping[str, float] | None) -> list[Component]:
    content = Timeline(
        events=history.events,
        hidden=history.hidden,
        target=history.target,
        recorded=history.recorded,
        window=history.model.length,
        max_rows=history.query.shown or DEFAULT_ROWS,
        effects=effects,
        editable_prices="price" in history.model.features,
    )
    note = [sampled_note(_unknown(history.unknown))] if history.unknown else []
    if history.events or history.hidden:
        return [*note, timeline(content)]
    return [*note, _empty_history(history.query)]


def _ranking(history: RankedHistory, explanation: Explanation | None) -> list[Component]:
    body: Component = empty_state(
        _("No product is left to recommend; relax the filters.")
        if history.query.narrowed or history.query.placement
        else _("Every product that the model knows is in the history already.")
    )
    if history.ranked.items:
        body = ranking(
            history.ranked,
            explained=history.query.why,
            explanation=explanation.text if explanation else "",
        )
    head = _head(_ranking_title(history), _ranking_subtitle(history), [], _rules(history))
    missing = [left_out(history.ranked)] if history.ranked.left_out else []
    return [head, html.Div([body, *missing], className="card-body is-flush")]


def _rules(history: RankedHistory) -> list[Component]:
    """Return which rules apply and what they removed; nothing without a placement."""
    applied = history.placement
    if applied is None:
        return []
    words = _("Under the rules of {placement}, version {number}.").format(
        placement=applied.placement.name, number=formats.number(applied.placement.number)
    )
    removed = removed_in_words(history.ranked.removed)
    return [html.P(f"{words} {removed}".strip(), className="note")]


def _history_title(history: RankedHistory) -> str:
    count, different = history.bought, len({event.product for event in history.events})
    others = len(history.events) - count
    if not history.query.user and not history.events:
        return _("An empty basket")
    purchases = ngettext("{count} purchase", "{count} purchases", count)
    products = ngettext("{count} product", "{count} different products", different)
    parts = {
        "purchases": purchases.format(count=formats.number(count)),
        "products": products.format(count=formats.number(different)),
    }
    if not others:
        return _("{purchases} of {products}").format(**parts)
    rest = ngettext("{count} other event", "{count} other events", others)
    return _("{purchases} and {others} of {products}").format(
        others=rest.format(count=formats.number(others)), **parts
    )


def _history_subtitle(history: RankedHistory) -> str:
    parts = []
    if history.query.user:
        parts.append(_("Buyer {user}").format(user=history.query.user))
    times = [event.time for event in history.events if event.time is not None]
    if times:
        first, last = formats.day(min(times)), formats.day(max(times))
        parts.append(first if first == last else f"{first} – {last}")
    if history.events:
        parts.append(_("newest first"))
    return " · ".join(parts) or _("Add products and see what comes next")


def _ranking_title(history: RankedHistory) -> str:
    ranked = history.ranked
    if history.target:
        product = product_label(history.target)
        if ranked.target is None:
            return _("The product bought next, {product}, is not among the ranked products").format(
                product=product
            )
        return _("The product bought next, {product}, has rank {rank} of {products}").format(
            product=product,
            rank=formats.number(ranked.target.rank),
            products=formats.number(ranked.products),
        )
    if not ranked.items:
        return _("No product left to recommend")
    first = ranked.items[0]
    probability = formats.percent(first.probability)
    if history.placement is not None:
        return _("{product} comes first under the rules; its probability is {probability}").format(
            product=product_label(first), probability=probability
        )
    if not history.events:
        return _("Without a history, {product} is most probable: {probability}").format(
            product=product_label(first), probability=probability
        )
    return _("{product} is most probable next: {probability}").format(
        product=product_label(first), probability=probability
    )


def _ranking_subtitle(history: RankedHistory) -> str:
    ranked = history.ranked
    several = ngettext(
        "The first of {products} products; it holds {share} of the probability",
        "The first {count} of {products} products; together they hold {share} of the probability",
        len(ranked.items),
    )
    only = _("The only product; it holds {share} of the probability")
    text = (only if ranked.products == 1 else several).format(
        count=formats.number(len(ranked.items)),
        products=formats.number(ranked.products),
        share=formats.percent(ranked.covered),
    )
    if history.query.edit:
        arrows = (
            _("arrows: change against the record")
            if history.query.user
            else _("arrows: effect of the last change")
        )
        return f"{text} · {arrows}"
    return text


def _undo(query: Query) -> list[Component]:
    if not query.edit:
        return []
    count = len(split_edits(query.edit))
    text = ngettext("{count} change", "{count} changes", count)
    clear = {"do": "set", "name": "edit", "value": ""}
    return [
        html.Span(text.format(count=formats.number(count)), className="note"),
        action_button(_("Undo"), {"do": "undo"}, look="secondary"),
        action_button(_("Undo all") if query.user else _("Empty"), clear),
    ]


def _empty_history(query: Query) -> Component:
    if not query.user:
        return empty_state(
            _("Search for a product above, or add one from the ranking with its plus button.")
        )
    if query.edit or query.hide:
        return empty_state(
            _("The history is empty; the ranking is the one for a buyer without a history.")
        )
    return empty_state(
        _(
            "The run's preparation keeps none of this buyer's events; the ranking is the one for a"
            " buyer without a history."
        )
    )


def _unknown(products: Sequence[ProductDescription]) -> str:
    names = ", ".join(map(product_label, products[:3])) + ("…" if len(products) > 3 else "")
    text = ngettext(
        "The model has never seen {products}; it counts as an unknown product.",
        "The model has never seen {count} of these products ({products}); they count as unknown.",
        len(products),
    )
    return text.format(count=formats.number(len(products)), products=names)


def _reset(query: Query) -> Component:
    if query.edit:
        return action_button(_("Undo all"), {"do": "set", "name": "edit", "value": ""})
    return action_button(
        _("Start from an empty basket"), {"do": "set", "name": "user", "value": ""}
    )
