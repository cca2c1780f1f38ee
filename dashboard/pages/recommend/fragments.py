"""Elements shared by history and ranking; ``assets/pages/recommend.js`` handles their clicks."""

from collections.abc import Iterable
from typing import Protocol

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import icon
from dashboard.components.aria import aria, data

Action = dict[str, str]
"""Action of the page's script and its arguments, as data attributes of an element."""

_LONGEST_LABEL = 60  # characters of a title in a sentence


class ProductDescription(Protocol):
    """A product with its id, title, brand and category, as services return it."""

    @property
    def product(self) -> str:
        """Return the id."""

    @property
    def title(self) -> str | None:
        """Return the title; None where it is unknown, like the brand and the category."""

    @property
    def brand(self) -> str | None:
        """Return the brand."""

    @property
    def category(self) -> str | None:
        """Return the category."""


def product_name_and_details(item: ProductDescription) -> list[Component]:
    """Return two lines: the title or id of a product, then its id, brand and category.

    A long title is cut by the style sheet; the whole of it is its tooltip.
    """
    title = item.title
    name = html.Span(
        title or item.product,
        className="product-name is-title" if title else "product-name mono",
        title=title,
    )
    details = [
        html.Span(text, className=look, title=full)
        for text, look, full in (
            (item.product if title else None, "mono", None),
            (item.brand, "product-brand", None),
            (short_category(item.category), "product-shelf", item.category),
        )
        if text
    ]
    return [name, html.Span(details, className="product-about")]


def product_label(item: ProductDescription) -> str:
    """Return a product's title for a sentence, cut where it is long; its id without a title.

    Examples
    --------
    >>> from model.serving.catalogue import Product
    >>> product_label(Product("1", "Toy Story")), product_label(Product("2"))
    ('Toy Story', '2')
    >>> len(product_label(Product("3", "A very long title " * 9)))
    60
    """
    return formats.shortened(item.title or item.product, _LONGEST_LABEL)


def short_category(category: str | None) -> str | None:
    """Return the last two levels of a category.

    Examples
    --------
    >>> short_category("electronics.audio.head_phone"), short_category("toys")
    ('audio › head phone', 'toys')
    """
    if category is None:
        return None
    return " › ".join(category.replace("_", " ").split(".")[-2:])


def percent(share: float, digits: int | None = None) -> str:
    """Format a probability; small ones get more decimals unless their number is given."""
    return formats.percent(share, column_digits([share]) if digits is None else digits)


def column_digits(shares: Iterable[float]) -> int:
    """Return the decimals of a column of probabilities: those that the smallest one above 0 needs.

    Examples
    --------
    >>> column_digits([0.12, 0.034]), column_digits([0.12, 0.0034]), column_digits([0.0])
    (1, 2, 1)
    """
    smallest = min(filter(None, shares), default=1.0)
    return 1 if smallest >= 0.01 else 2 if smallest >= 0.001 else 3


def icon_button(label: str, icon_name: str, action: Action) -> html.Button:
    """Return a button with an icon only; the label is its accessible name and its tooltip."""
    return html.Button(
        icon(icon_name),
        type="button",
        className="quiet-button",
        title=label,
        **aria(label=label),
        **data(**action),
    )


def edit_button(label: str, icon_name: str, edit: str) -> html.Button:
    """Return an icon button that appends an edit of the history."""
    return icon_button(label, icon_name, {"do": "edit", "value": edit})


def action_button(label: str, action: Action, *, look: str = "quiet") -> html.Button:
    """Return a labelled button; the page's script carries out the action at a click."""
    return html.Button(
        html.Span(label),
        type="button",
        className=f"button is-{look}",
        **data(**action),
    )
