"""Two ranked lists for one history side by side: what they share and where they differ."""

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import icon
from dashboard.components.aria import data
from dashboard.pages.recommend.fragments import (
    action_button,
    column_digits,
    percent,
    product_name_and_details,
)
from dashboard.services.recommendations.ranking import RankedList, RankedProduct
from data.i18n import _, ngettext


@dataclass(frozen=True)
class ComparedList:
    """One of two lists.

    Attributes
    ----------
    name : str
        Name of the model.
    ranked : RankedList
    probabilistic : bool
        Whether its scores are probabilities.
    """

    name: str
    ranked: RankedList
    probabilistic: bool = True

    @property
    def positions(self) -> dict[str, int]:
        """Position of each product in the list, from 1."""
        return {item.product: place for place, item in enumerate(self.ranked.items, 1)}


def shared_products(left: ComparedList, right: ComparedList) -> int:
    """Return how many products are in both lists."""
    return len(left.positions.keys() & right.positions.keys())


def close_button() -> html.Button:
    """Return the button that ends a comparison."""
    return action_button(_("Close"), {"do": "set", "name": "beside", "value": ""})


def side_by_side(left: ComparedList, right: ComparedList) -> list[Component]:
    """Return the head and the body of the card with two lists."""
    head = [
        html.H2(_finding(left, right), className="card-title"),
        html.P(_subtitle(left, right), className="subtitle"),
    ]
    return [
        html.Div(
            [html.Div(head), html.Div(close_button(), className="card-actions")],
            className="card-head",
        ),
        html.Div(
            [_list(left, right), _list(right, left)],
            className="card-body beside",
        ),
    ]


def _finding(left: ComparedList, right: ComparedList) -> str:
    count = max(len(left.ranked.items), len(right.ranked.items))
    shared = shared_products(left, right)
    if not shared:
        return _("{left} and {right} share no product").format(left=left.name, right=right.name)
    return _("{left} and {right} share {shared} of {count} products").format(
        left=left.name,
        right=right.name,
        shared=formats.number(shared),
        count=formats.number(count),
    )


def _subtitle(left: ComparedList, right: ComparedList) -> str:
    first = [side.ranked.items[0].product for side in (left, right) if side.ranked.items]
    same = len(first) == 2 and first[0] == first[1]
    parts = [
        _("Both rank the same product first") if same else _("They rank different products first")
    ]
    left_target, right_target = left.ranked.target, right.ranked.target
    if left_target is not None and right_target is not None:
        parts.append(
            _("the product bought next has rank {left} and {right}").format(
                left=formats.number(left_target.rank), right=formats.number(right_target.rank)
            )
        )
    return " · ".join(parts)


def _list(side: ComparedList, other: ComparedList) -> html.Section:
    target = side.ranked.target.product if side.ranked.target else None
    digits = column_digits(item.probability for item in side.ranked.items)
    rows = [
        _row(
            place,
            item,
            percent(item.probability, digits) if side.probabilistic else "",
            other.positions.get(item.product),
            item.product == target,
        )
        for place, item in enumerate(side.ranked.items, 1)
    ]
    only = len(rows) - shared_products(side, other)
    text = ngettext("{count} product only here", "{count} products only here", only)
    return html.Section(
        [
            html.H3(side.name, className="beside-name"),
            html.P(text.format(count=formats.number(only)), className="note"),
            html.Ol(rows, className="beside-list"),
        ]
    )


def _row(
    place: int, item: RankedProduct, probability: str, other_place: int | None, is_target: bool
) -> html.Li:
    name, details = product_name_and_details(item)
    mark = html.Span(icon("check"), className="mark-truth", title=_("Bought next"))
    return html.Li(
        [
            html.Span(formats.number(place), className="number beside-place"),
            html.Div(
                [
                    html.Div([name, mark if is_target else None], className="offer-line"),
                    details,
                ],
                className="offer-what",
            ),
            html.Span(probability, className="number"),
            _other_place(place, other_place),
        ],
        className="beside-row"
        + (" is-only" if other_place is None else "")
        + (" is-truth" if is_target else ""),
        **data(product=item.product),
    )


def _other_place(place: int, other_place: int | None) -> html.Span:
    if other_place is None:
        return html.Span(_("only here"), className="beside-there")
    if other_place == place:
        return html.Span(_("same place"), className="beside-there muted")
    text = _("place {place} there").format(place=formats.number(other_place))
    return html.Span(text, className="beside-there muted")
