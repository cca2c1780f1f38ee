"""A list without and with rules side by side, and the reason of each product that moved."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import error_state
from dashboard.components.aria import data
from dashboard.pages.recommend.fragments import column_digits, percent, product_name_and_details
from dashboard.services.recommendations.placement_preview import Preview
from dashboard.services.recommendations.placements import RULE_NAMES
from dashboard.services.recommendations.ranking import RankedProduct
from data.i18n import _, ngettext
from data.validation import specs
from model.serving.rules.settings import Rules


def lists(preview: Preview) -> list[Component]:
    """Return both lists, and what each rule removed."""
    return [
        html.P(finding(preview), role="status"),
        html.Div([_own(preview), _ruled(preview)], className="beside"),
    ]


def problem(words: str) -> list[Component]:
    """Return why there is no preview."""
    return [error_state(words)]


def finding(preview: Preview) -> str:
    """Return in words how many products the rules removed and moved."""
    left_out = len(preview.ruled.left_out)
    if not left_out and [item.product for item in preview.own.items] == [
        item.product for item in preview.ruled.items
    ]:
        words = _("The rules do not change this list")
    else:
        words = ngettext(
            "{count} product of the model's own list is not in it",
            "{count} products of the model's own list are not in it",
            left_out,
        ).format(count=formats.number(left_out))
    labels = specs(Rules)
    removed = removed_in_words(preview.ruled.removed)
    unknown = "; ".join(
        ngettext(
            "{count} product of “{setting}” is unknown to the model",
            "{count} products of “{setting}” are unknown to the model",
            count,
        ).format(count=formats.number(count), setting=_(labels[setting].label))
        for setting, count in preview.unknown.items()
    )
    return " ".join(f"{part}." for part in (words, removed, unknown) if part)


def removed_in_words(removed: Mapping[str, int]) -> str:
    """Return how many products of the catalogue each rule removed; empty where none did."""
    if not removed:
        return ""
    return _("Removed from the catalogue: {counts}").format(
        counts=", ".join(
            f"{_(RULE_NAMES[rule])} {formats.number(count)}" for rule, count in removed.items()
        )
    )


def _own(preview: Preview) -> html.Section:
    places = {item.product: place for place, item in enumerate(preview.ruled.items, 1)}
    reasons = {item.product: _(RULE_NAMES[rule]) for item, rule in preview.ruled.left_out}
    rows, digits = [], column_digits(item.probability for item in preview.own.items)
    for place, item in enumerate(preview.own.items, 1):
        there = places.get(item.product)
        words = reasons.get(item.product, "")
        if there is not None:
            same = there == place
            words = (
                _("same place")
                if same
                else _("place {place} there").format(place=formats.number(there))
            )
        probability = percent(item.probability, digits)
        rows.append(_row(place, item, probability, words, missing=there is None))
    return html.Section(
        [
            html.H3(_("Without rules"), className="beside-name"),
            html.Ol(rows, className="beside-list"),
        ]
    )


def _ruled(preview: Preview) -> html.Section:
    rows, digits = [], column_digits(item.probability for item in preview.ruled.items)
    for place, item in enumerate(preview.ruled.items, 1):
        words = ", ".join(_(RULE_NAMES[rule]) for rule in item.rules)
        if item.model_rank is not None and item.model_rank != place:
            rank = _("rank {rank} of the model").format(rank=formats.number(item.model_rank))
            words = f"{words} · {rank}" if words else rank
        probability = percent(item.probability, digits)
        rows.append(_row(place, item, probability, words or _("same place"), missing=False))
    return html.Section(
        [
            html.H3(_("With rules"), className="beside-name"),
            html.Ol(rows, className="beside-list"),
        ]
    )


def _row(
    place: int, item: RankedProduct, probability: str, words: str, *, missing: bool
) -> html.Li:
    name, details = product_name_and_details(item)
    return html.Li(
        [
            html.Span(formats.number(place), className="number beside-place"),
            html.Div([html.Div(name, className="offer-line"), details], className="offer-what"),
            html.Span(probability, className="number"),
            html.Span(words, className="beside-there" + ("" if missing else " muted")),
        ],
        className="beside-row" + (" is-only" if missing else ""),
        **data(product=item.product),
    )
