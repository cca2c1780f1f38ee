"""Help behind a question mark, opened by mouse, touch or keyboard; links into the guide."""

from dash import html

from dashboard.components.aria import aria
from dashboard.components.code_words import code_words
from data.i18n import _

GUIDE = "/help"
"""Where the documentation is served."""


def help_text(text: str, *, about: str, place: str) -> html.Details:
    """Return a question mark that opens a short explanation.

    Parameters
    ----------
    text : str
        Explanation.
    about : str
        Subject of the explanation, for the accessible name.
    place : str
        Place of the guide that says more, as for ``guide_address``.
    """
    name = _("Help on {about}").format(about=about)
    more = guide_link(place, _("More"), about=about)
    return html.Details(
        [
            html.Summary("?", title=name, **aria(label=name)),
            html.Span([*code_words(text), " ", more], className="help-body"),
        ],
        className="help",
    )


def guide_link(place: str, words: str, *, about: str = "") -> html.A:
    """Return a link to a place of the guide, which opens beside the page.

    Parameters
    ----------
    place : str
        As for ``guide_address``.
    words : str
        Words of the link.
    about : str
        Subject, for the accessible name where the words alone do not say it.
    """
    label = aria(label=f"{words}: {about}") if about else {}
    return html.A(words, href=guide_address(place), target="_blank", **label)


def setting_place(key: str) -> str:
    """Return the place of the guide that describes a setting of a run.

    Examples
    --------
    >>> setting_place("preparation.first")
    'reference/settings#preparation-first'
    """
    return f"reference/settings#{key.replace('.', '-')}"


def guide_address(place: str) -> str:
    """Return the address of a place of the guide, in the language of whoever opens it.

    Parameters
    ----------
    place : str
        A page with an optional anchor; empty for the first page.

    Examples
    --------
    >>> guide_address("judging#compare"), guide_address("")
    ('/help?page=judging#compare', '/help')
    """
    page, _hash, anchor = place.partition("#")
    address = f"{GUIDE}?page={page}" if page else GUIDE
    return f"{address}#{anchor}" if anchor else address
