"""Icons: masks in the colour of the text around them (``assets/icons.css``)."""

from dash import html

from dashboard.components.aria import aria


def icon(name: str) -> html.Span:
    """Return an icon that only decorates; the words beside it carry the meaning.

    Parameters
    ----------
    name : str
        A class of ``assets/icons.css`` without its ``icon-``, such as ``"runs"``.
    """
    return html.Span(className=f"icon icon-{name}", **aria(hidden="true"))
