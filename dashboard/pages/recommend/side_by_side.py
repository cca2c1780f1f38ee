"""Side by side: two lists for one buyer, what they share and where they differ."""

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import icon
from dashboard.components.aria import data
from dashboard.pages.recommend.fragments import action_button, percent, product_words
from dashboard.services.recommendations.ranking import Offer, Outlook
from data.i18n import _, ngettext


@dataclass(frozen=True)
class Side:
    """One of two lists.

    Attributes
    ----------
    name : str
        Who says so.
    outlook : Outlook
    probable : bool
        Whether its scores are probabilities.
    """

    name: str
    outlook: Outlook
    probable: bool = True

    @property
    def places(self) -> dict[str, int]:
        """The place of each offer, 1 for the first."""
        return {offer.product: place for place, offer in enumerate(self.outlook.offers, 1)}


def shared(one: Side, other: Side) -> int:
    """Return how many products stand in both lists."""
    return len(one.places.keys() & other.places.keys())


def beside(one: Side, other: Side) -> list[Component]:
    """Return the head and the body of the card that puts two lists side by side."""
    close = action_button(_("Close"), {"do": "set", "name": "beside", "value": ""})
    words = [
        html.H2(_finding(one, other), className="card-title"),
        html.P(_subtitle(one, other), className="subtitle"),
    ]
    return [
        html.Div(
            [html.Div(words), html.Div(close, className="card-actions")], className="card-head"
        ),
        html.Div(
            [_list(one, other), _list(other, one)],
            className="card-body beside",
        ),
    ]


def _finding(one: Side, other: Side) -> str:
    count = max(len(one.outlook.offers), len(other.outlook.offers))
    same = shared(one, other)
    if not same:
        return _("{one} and {other} agree on nothing").format(one=one.name, other=other.name)
    return _("{one} and {other} share {same} of {count} products").format(
        one=one.name,
        other=other.name,
        same=formats.number(same),
        count=formats.number(count),
    )


def _subtitle(one: Side, other: Side) -> str:
    firsts = [side.outlook.offers[0].product for side in (one, other) if side.outlook.offers]
    same = len(firsts) == 2 and firsts[0] == firsts[1]
    parts = [
        _("Both put the same product first") if same else _("They put different products first")
    ]
    ranks = [side.outlook.truth for side in (one, other)]
    if all(rank is not None for rank in ranks):
        parts.append(
            _("what came next has rank {one} and {other}").format(
                one=formats.number(ranks[0].rank if ranks[0] else 0),
                other=formats.number(ranks[1].rank if ranks[1] else 0),
            )
        )
    return " · ".join(parts)


def _list(side: Side, other: Side) -> html.Section:
    truth = side.outlook.truth.product if side.outlook.truth else None
    rows = [
        _row(place, offer, side, other.places.get(offer.product), offer.product == truth)
        for place, offer in enumerate(side.outlook.offers, 1)
    ]
    only = len(rows) - shared(side, other)
    words = ngettext("{count} product only here", "{count} products only here", only)
    return html.Section(
        [
            html.H3(side.name, className="beside-name"),
            html.P(words.format(count=formats.number(only)), className="note"),
            html.Ol(rows, className="beside-list"),
        ]
    )


def _row(place: int, offer: Offer, side: Side, there: int | None, truth: bool) -> html.Li:
    words = product_words(offer.product, None, offer.brand, offer.category)
    chance = percent(offer.probability) if side.probable else ""
    return html.Li(
        [
            html.Span(formats.number(place), className="number beside-place"),
            html.Div(
                [
                    html.Div(
                        [
                            words[0],
                            html.Span(icon("check"), className="mark-truth", title=_("Bought next"))
                            if truth
                            else None,
                        ],
                        className="offer-line",
                    ),
                    words[1],
                ],
                className="offer-what",
            ),
            html.Span(chance, className="number"),
            _elsewhere(place, there),
        ],
        className="beside-row"
        + (" is-only" if there is None else "")
        + (" is-truth" if truth else ""),
        **data(product=offer.product),
    )


def _elsewhere(place: int, there: int | None) -> html.Span:
    if there is None:
        return html.Span(_("only here"), className="beside-there")
    if there == place:
        return html.Span(_("same place"), className="beside-there muted")
    words = _("place {place} there").format(place=formats.number(there))
    return html.Span(words, className="beside-there muted")
