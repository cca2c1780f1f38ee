"""Cards, and the twelve-column grid that arranges them."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

Children = Component | str | Sequence[Component | str | None] | None


def grid(*children: Component | None) -> html.Div:
    """Arrange cards in twelve columns; on a narrow screen each takes the full width."""
    return html.Div([child for child in children if child is not None], className="grid")


def stack(*children: Component | None) -> html.Div:
    """Arrange components below each other with the gap of the grid."""
    return html.Div([child for child in children if child is not None], className="stack")


def card(
    children: Children = None,
    *,
    title: str | Component | None = None,
    subtitle: str | None = None,
    actions: Sequence[Component] = (),
    span: int = 12,
    flush: bool = False,
    id: Any = None,
    body_id: Any = None,
) -> html.Section:
    """Return a card: a bordered section with an optional title.

    Parameters
    ----------
    children : component, text or sequence of them
        The body.
    title : str or Component, optional
        Second-level heading.
    subtitle : str, optional
        A muted line below it.
    actions : sequence of Component
        Small buttons to the right of the title.
    span : int
        Number of columns, of twelve, on a wide screen.
    flush : bool
        Whether the body has no padding, as for a table.
    id, body_id : str or dict, optional
        Ids of the card and of its body, for callbacks.
    """
    head = []
    if title is not None or actions:
        heading: list[Any] = [] if title is None else [html.H2(title, className="card-title")]
        if subtitle:
            heading.append(html.P(subtitle, className="subtitle"))
        head.append(
            html.Div(
                [html.Div(heading), html.Div(list(actions), className="card-actions")]
                if actions
                else html.Div(heading),
                className="card-head",
            )
        )
    body = html.Div(
        children,
        className="card-body is-flush" if flush else "card-body",
        **({} if body_id is None else {"id": body_id}),
    )
    return html.Section(
        [*head, body], className=f"panel span-{span}", **({} if id is None else {"id": id})
    )
