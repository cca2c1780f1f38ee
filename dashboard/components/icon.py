"""Icons: CSS masks in the colour of the surrounding text (``assets/icons.css``)."""

from dash import html

from dashboard.components.aria import aria


def icon(name: str) -> html.Span:
    """Return an icon; it is decorative and hidden from screen readers.

    Parameters
    ----------
    name : str
        Class of ``assets/icons.css`` without the prefix ``icon-``, such as ``"runs"``.
    """
    return html.Span(className=f"icon icon-{name}", **aria(hidden="true"))
