"""The two sides of the page: the history on the left, the ranking on the right."""

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import empty_state, error_state, sampled_note
from dashboard.pages.recommend.controls import PRODUCT
from dashboard.pages.recommend.fragments import action_button
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.ranking_rows import ranking
from dashboard.pages.recommend.search_box import search_box
from dashboard.pages.recommend.side_by_side import beside
from dashboard.pages.recommend.timeline import USUAL, Timeline, timeline
from dashboard.pages.recommend.view_model import Scene, scene
from dashboard.services.recommendations.what_if import pieces
from data.errors import BadInput
from data.home import Home
from data.i18n import _, ngettext

HEAD = "recommend-head"
HISTORY = "recommend-history"
RANKING = "recommend-ranking"
BESIDE = "recommend-beside"


@dataclass(frozen=True)
class Panels:
    """What changes with the query: head and body of the history, and the ranking.

    The search for products stands between head and body and stays as it is, so that words that
    are being typed are never lost.
    """

    head: Component
    history: list[Component]
    ranking: list[Component]
    beside: list[Component]


def panels(home: Home, query: Query) -> Panels:
    """Return the history and the ranking, or in their place why there are none."""
    try:
        found = scene(home, query)
    except BadInput as error:
        head = _head(_("No history"), query.user, [])
        return Panels(head, [error_state(str(error), action=_way_out(query))], [], [])
    actions = _undo(query)
    head = _head(_history_title(found), _history_subtitle(found), actions)
    return Panels(head, _history(found), _ranking(found), _beside(found))


def frame(shown: Panels) -> html.Div:
    """Return the two cards around what changes."""
    search = search_box(PRODUCT, _("Add a product"), _("Add a product: id, brand or category"))
    history = [search, html.Div(shown.history, id=HISTORY)]
    return html.Div(
        [
            html.Section(
                [html.Div(shown.head, id=HEAD), html.Div(history, className="card-body")],
                className="panel span-5",
            ),
            html.Section(shown.ranking, id=RANKING, className="panel span-7"),
            html.Div(shown.beside, id=BESIDE, className="span-12"),
        ],
        className="grid recommend",
    )


def _head(title: str, subtitle: str, actions: list[Component]) -> html.Div:
    words = [html.H2(title, className="card-title"), html.P(subtitle, className="subtitle")]
    return html.Div(
        [html.Div(words), html.Div(actions, className="card-actions")], className="card-head"
    )


def _history(found: Scene) -> list[Component]:
    content = Timeline(
        entries=found.entries,
        hidden=found.hidden,
        recorded=found.recorded,
        read=found.read,
        shown=found.query.shown or USUAL,
        effects=found.effects,
        priced=found.priced,
    )
    note = [sampled_note(_unknown(found.unknown))] if found.unknown else []
    if found.entries or found.hidden:
        return [*note, timeline(content)]
    return [*note, _nothing(found.query)]


def _ranking(found: Scene) -> list[Component]:
    outlook = found.outlook
    body: Component = empty_state(
        _("No product is left that could be offered; let the filters allow more.")
        if found.query.narrowed
        else _("Every product that the model knows is in the history already.")
    )
    if outlook.offers:
        body = ranking(outlook, why=found.query.why, because=found.because)
    head = _head(_ranking_title(found), _ranking_subtitle(found), [])
    return [head, html.Div(body, className="card-body is-flush")]


def _beside(found: Scene) -> list[Component]:
    if found.trouble:
        close = action_button(_("Close"), {"do": "set", "name": "beside", "value": ""})
        return [html.Section(error_state(found.trouble, action=close), className="panel")]
    if found.beside is None:
        return []
    return [html.Section(beside(*found.beside), className="panel")]


def _history_title(found: Scene) -> str:
    count, different = len(found.entries), len({entry.product for entry in found.entries})
    if not found.query.user and not count:
        return _("An empty basket")
    words = ngettext("{count} purchase", "{count} purchases", count)
    several = ngettext("{count} product", "{count} different products", different)
    return _("{purchases} of {products}").format(
        purchases=words.format(count=formats.number(count)),
        products=several.format(count=formats.number(different)),
    )


def _history_subtitle(found: Scene) -> str:
    parts = []
    if found.query.user:
        parts.append(_("Buyer {user}").format(user=found.query.user))
    times = [entry.time for entry in found.entries if entry.time is not None]
    if times:
        first, last = formats.day(min(times)), formats.day(max(times))
        parts.append(first if first == last else f"{first} – {last}")
    if found.entries:
        parts.append(_("newest first"))
    return " · ".join(parts) or _("Add products and see what comes next")


def _ranking_title(found: Scene) -> str:
    outlook = found.outlook
    if found.hidden:
        name = found.hidden[0].product
        if outlook.truth is None:
            return _("What came next, {product}, is not among the ranked products").format(
                product=name
            )
        return _("What came next, {product}, has rank {rank} of {products}").format(
            product=name,
            rank=formats.number(outlook.truth.rank),
            products=formats.number(outlook.products),
        )
    if not outlook.offers:
        return _("Nothing left to offer")
    first = outlook.offers[0]
    chance = formats.percent(first.probability)
    if not found.entries:
        return _("For a buyer nobody knows, {product} is most probable: {chance}").format(
            product=first.product, chance=chance
        )
    return _("{product} is most probable next: {chance}").format(
        product=first.product, chance=chance
    )


def _ranking_subtitle(found: Scene) -> str:
    outlook = found.outlook
    words = ngettext(
        "The first of {products} products; it holds {share} of the probability",
        "The first {count} of {products} products; together they hold {share} of the probability",
        len(outlook.offers),
    ).format(
        count=formats.number(len(outlook.offers)),
        products=formats.number(outlook.products),
        share=formats.percent(outlook.covered),
    )
    if found.query.edit:
        since = _("arrows: against the record") if found.query.user else _("arrows: last change")
        return f"{words} · {since}"
    return words


def _undo(query: Query) -> list[Component]:
    if not query.edit:
        return []
    count = len(pieces(query.edit))
    words = ngettext("{count} change", "{count} changes", count)
    everything = {"do": "set", "name": "edit", "value": ""}
    return [
        html.Span(words.format(count=formats.number(count)), className="note"),
        action_button(_("Undo"), {"do": "undo"}, look="secondary"),
        action_button(_("Undo all") if query.user else _("Empty"), everything),
    ]


def _nothing(query: Query) -> Component:
    if not query.user:
        return empty_state(
            _("Search for a product above, or take one from the ranking with its plus sign.")
        )
    if query.edit or query.hide:
        return empty_state(_("Nothing is left of the history; the ranking knows no buyer now."))
    return empty_state(
        _(
            "The run's preparation leaves none of this buyer's events, so the ranking is the one"
            " for a buyer about whom nothing is known."
        )
    )


def _unknown(products: tuple[str, ...]) -> str:
    shown = ", ".join(products[:3]) + ("…" if len(products) > 3 else "")
    words = ngettext(
        "The model has never seen {products}; it counts as an unknown product.",
        "The model has never seen {count} of these products ({products}); they count as unknown.",
        len(products),
    )
    return words.format(count=formats.number(len(products)), products=shown)


def _way_out(query: Query) -> Component:
    if query.edit:
        return action_button(_("Undo all"), {"do": "set", "name": "edit", "value": ""})
    return action_button(
        _("Start from an empty basket"), {"do": "set", "name": "user", "value": ""}
    )
