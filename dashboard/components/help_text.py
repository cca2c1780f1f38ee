"""Help behind a question mark, opened by mouse, touch or keyboard."""

from dash import html

from dashboard.components.aria import aria
from data.i18n import _


def help_text(text: str, *, about: str) -> html.Details:
    """Return a question mark that opens a short explanation.

    Parameters
    ----------
    text : str
        Explanation.
    about : str
        Subject of the explanation, for the accessible name.
    """
    name = _("Help on {about}").format(about=about)
    return html.Details(
        [
            html.Summary("?", title=name, **aria(label=name)),
            html.Span(text, className="help-body"),
        ],
        className="help",
    )
