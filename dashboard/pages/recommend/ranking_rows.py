"""The rows of a ranking: product, price, and probability as a bar."""

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import help_text, icon
from dashboard.components.aria import aria, data
from dashboard.pages.recommend.fragments import (
    column_digits,
    edit_button,
    percent,
    product_label,
    product_name_and_details,
)
from dashboard.services.recommendations.placements import RULE_NAMES
from dashboard.services.recommendations.ranking import RankedList, RankedProduct
from dashboard.services.recommendations.what_if import add_edits
from data.i18n import _, ngettext


def ranking(ranked: RankedList, *, explained: str = "", explanation: str = "") -> html.Div:
    """Return the rows of a ranked list, and that of the target where it is further down.

    Parameters
    ----------
    ranked : RankedList
    explained : str
        The product whose rank is explained.
    explanation : str
        The text of the explanation.
    """
    target = ranked.target
    listed = {item.product for item in ranked.items}
    below = target if target is not None and target.product not in listed else None
    items = [*ranked.items, *([below] if below else [])]
    digits = column_digits(item.probability for item in ranked.items)
    scale = max((max(item.probability, item.popularity) for item in items), default=1.0)

    def row(item: RankedProduct) -> html.Li:
        return _row(
            item,
            scale,
            digits if item.product in listed else None,
            is_target=target is not None and item.product == target.product,
            explanation=explanation if item.product == explained else "",
        )

    rows = [row(item) for item in ranked.items]
    if below:
        between = below.rank - len(ranked.items) - 1
        if between > 0:
            text = ngettext("{count} product between", "{count} products between", between)
            rows.append(html.Li(text.format(count=formats.number(between)), className="offer-gap"))
        rows.append(row(below))
    return html.Div([_head(), html.Ol(rows, className="offers")])


def _head() -> html.Div:
    explanation = _(
        "The model's probability that this product is bought next (softmax over all products). "
        "The thin mark is the popularity: the product's share of all training purchases."
    )
    return html.Div(
        [
            html.Span(_("Rank")),
            html.Span(_("Product")),
            html.Span(_("Price"), className="is-right"),
            html.Span(
                [
                    _("Probability"),
                    html.Span(_("popularity"), className="key-tick"),
                    help_text(explanation, about=_("Probability"), place="buyers#list"),
                ]
            ),
        ],
        className="offers-head",
    )


def _row(
    item: RankedProduct, scale: float, digits: int | None, *, is_target: bool, explanation: str
) -> html.Li:
    name, details = product_name_and_details(item)
    button = html.Button(
        name,
        type="button",
        className="offer-open",
        title=_("Explain this rank"),
        **aria(expanded="true" if explanation else "false"),
        **data(do="toggle", name="why", value=item.product),
    )
    return html.Li(
        [
            html.Div(
                [html.Span(formats.number(item.rank), className="number"), _rank_change(item)],
                className="offer-rank",
            ),
            html.Div(
                [
                    html.Div([button, _marks(item, is_target)], className="offer-line"),
                    details,
                ],
                className="offer-what",
            ),
            html.Span(formats.money(item.price), className="offer-price number"),
            _bar(item, scale, digits),
            edit_button(
                _("Add {product} to the history").format(product=product_label(item)),
                "add",
                add_edits([item.product]),
            ),
            *([html.P(explanation, className="offer-why", role="status")] if explanation else []),
        ],
        className="offer" + (" is-truth" if is_target else "") + (" is-why" if explanation else ""),
        **data(product=item.product),
    )


def _rank_change(item: RankedProduct) -> Component | None:
    """Return the arrow of a product whose rank the edits changed."""
    if not item.rise:
        return None
    text = _("{count} places up") if item.rise > 0 else _("{count} places down")
    count = formats.number(abs(item.rise))
    return html.Span(
        [html.Span("▲" if item.rise > 0 else "▼"), formats.compact(abs(item.rise))],
        className="moved is-up" if item.rise > 0 else "moved is-down",
        title=text.format(count=count),
    )


def _marks(item: RankedProduct, is_target: bool) -> Component | None:
    marks: list[Component] = []
    if is_target:
        marks.append(html.Span([icon("check"), _("Bought next")], className="mark-truth"))
    if item.bought:
        text = ngettext("bought once", "bought {count} times", item.bought)
        marks.append(
            html.Span(
                [icon("repeat"), text.format(count=formats.number(item.bought))],
                className="mark-repeat",
            )
        )
    marks += [html.Span(_(RULE_NAMES[rule]), className="mark-rule") for rule in item.rules]
    return html.Span(marks, className="offer-marks") if marks else None


def left_out(ranked: RankedList) -> html.Details:
    """Return the products of the model's own list that rules keep out, with the reason of each."""
    count = len(ranked.left_out)
    text = ngettext(
        "{count} product of the model's own list is not in it",
        "{count} products of the model's own list are not in it",
        count,
    )
    rows = [
        html.Li(
            _("{product}, rank {rank} of the model: {reason}").format(
                product=product_label(item),
                rank=formats.number(item.model_rank),
                reason=_(RULE_NAMES[rule]),
            )
        )
        for item, rule in ranked.left_out
    ]
    return html.Details(
        [html.Summary(text.format(count=formats.number(count))), html.Ul(rows)],
        className="offers-left-out",
    )


def _bar(item: RankedProduct, scale: float, digits: int | None) -> html.Div:
    """Return the probability as a bar with a mark at the popularity."""
    probability, popularity = item.probability / scale, item.popularity / scale
    text = _("Probability {probability}; popularity alone gives {popularity}.")
    return html.Div(
        [
            html.Span(
                [
                    html.Span(
                        className="chance-fill", style={"width": f"{100 * probability:.2f}%"}
                    ),
                    html.Span(className="chance-tick", style={"left": f"{100 * popularity:.2f}%"}),
                ],
                className="chance-track",
            ),
            html.Span(percent(item.probability, digits), className="number"),
        ],
        className="chance",
        title=text.format(
            probability=percent(item.probability), popularity=percent(item.popularity)
        ),
    )
