"""Small parts that history and ranking share; ``assets/pages/recommend.js`` acts on them."""

from dash import html
from dash.development.base_component import Component

from dashboard import formats
from dashboard.components import icon
from dashboard.components.aria import aria, data

Action = dict[str, str]
"""What the page's script does: ``do`` and what it is done with, as attributes of an element."""


def product_words(
    product: str, title: str | None, brand: str | None, category: str | None
) -> list[Component]:
    """Return the lines that say what a product is: its title or id, then brand and category."""
    name = html.Span(title or product, className="product-name" if title else "product-name mono")
    about = [
        html.Span(words, className=look, title=full)
        for words, look, full in (
            (product if title else None, "mono", None),
            (brand, "product-brand", None),
            (shelf(category), "product-shelf", category),
        )
        if words
    ]
    return [name, html.Span(about, className="product-about")]


def shelf(category: str | None) -> str | None:
    """Return the last two levels of a category.

    Examples
    --------
    >>> shelf("electronics.audio.head_phone"), shelf("toys"), shelf(None)
    ('audio › head phone', 'toys', None)
    """
    if category is None:
        return None
    return " › ".join(category.replace("_", " ").split(".")[-2:])


def percent(share: float) -> str:
    """Write a probability so that small ones keep two digits."""
    return formats.percent(share, 1 if share >= 0.01 else 2 if share >= 0.001 else 3)


def icon_button(words: str, picture: str, action: Action) -> html.Button:
    """Return a button that is only an icon; the words are its name and its tooltip."""
    return html.Button(
        icon(picture),
        type="button",
        className="quiet-button",
        title=words,
        **aria(label=words),
        **data(**action),
    )


def edit_button(words: str, picture: str, edit: str) -> html.Button:
    """Return an icon that appends an edit to the history."""
    return icon_button(words, picture, {"do": "edit", "value": edit})


def action_button(
    words: str, action: Action, *, look: str = "quiet", picture: str = ""
) -> html.Button:
    """Return a button with words on it that the page's script acts on."""
    return html.Button(
        [*([icon(picture)] if picture else []), html.Span(words)],
        type="button",
        className=f"button is-{look}",
        **data(**action),
    )


def download_link(words: str, address: str) -> html.A:
    """Return a link, looking like a button, to a file that the server makes."""
    return html.A(
        [icon("download"), html.Span(words)],
        href=address,
        className="button is-secondary",
        download="",
    )
