"""Buttons, and links styled as buttons; their labels are verbs."""

from typing import Any, Literal

from dash import dcc, html

from dashboard.components.icon import icon as icon_of

Kind = Literal["primary", "secondary", "quiet", "danger"]


def button(
    label: str,
    id: Any = None,
    *,
    kind: Kind = "secondary",
    icon: str | None = None,
    href: str | None = None,
    disabled: bool = False,
    **attributes: Any,
) -> html.Button | dcc.Link:
    """Return a button, or a link styled as one.

    Parameters
    ----------
    label : str
        Text on the button, a verb.
    id : str or dict, optional
        Id of the button, whose ``n_clicks`` callbacks listen to.
    kind : {"primary", "secondary", "quiet", "danger"}
        Style; a page has at most one primary button.
    icon : str, optional
        Name of an icon before the label.
    href : str, optional
        Address of a page of the application; makes the button a link.
    disabled : bool
        Whether it ignores clicks.
    **attributes
        Further attributes of the button, such as ``title``.
    """
    children = [icon_of(icon), html.Span(label)] if icon else [html.Span(label)]
    identity = {} if id is None else {"id": id}
    style = f"button is-{kind}"
    if href is not None:
        return dcc.Link(children, href=href, className=style, **identity)
    return html.Button(
        children, type="button", className=style, disabled=disabled, **identity, **attributes
    )


def download_link(label: str, address: str) -> html.A:
    """Return a link to a file to download, styled as a button."""
    return html.A(
        [icon_of("download"), html.Span(label)],
        href=address,
        className="button is-secondary",
        download="",
    )
