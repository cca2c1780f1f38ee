"""Buttons and links that look like buttons; the words on them are verbs."""

from typing import Any, Literal

from dash import dcc, html

from dashboard.components.icon import icon as picture

Kind = Literal["primary", "secondary", "quiet", "danger"]


def button(
    words: str,
    id: Any = None,
    *,
    kind: Kind = "secondary",
    icon: str | None = None,
    href: str | None = None,
    disabled: bool = False,
    **attributes: Any,
) -> html.Button | dcc.Link:
    """Return a button, or a link that looks like one.

    Parameters
    ----------
    words : str
        What it does, as a verb.
    id : str or dict, optional
        Where callbacks listen for ``n_clicks``.
    kind : {"primary", "secondary", "quiet", "danger"}
        At most one primary button stands on a page.
    icon : str, optional
        Name of an icon before the words.
    href : str, optional
        Makes it a link to another page of the application.
    disabled : bool
        Whether it refuses clicks for now.
    **attributes
        Passed on to the button, such as ``title``.
    """
    children = [picture(icon), html.Span(words)] if icon else [html.Span(words)]
    named = {} if id is None else {"id": id}
    look = f"button is-{kind}"
    if href is not None:
        return dcc.Link(children, href=href, className=look, **named)
    return html.Button(
        children, type="button", className=look, disabled=disabled, **named, **attributes
    )
