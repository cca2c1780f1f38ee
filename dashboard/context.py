"""What one request knows: the home that the application serves, and the person's preferences."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from flask import current_app, has_request_context, request

from dashboard.theme import Theme, known
from data.home import Home
from data.i18n import DEFAULT_LANGUAGE, LANGUAGES

HOME = "VITRINA_HOME"


def current_home() -> Home:
    """Return the home that the application of this request was made for."""
    home = current_app.config[HOME]
    assert isinstance(home, Home)
    return home


def preferred_language() -> str:
    """Return the language that the person chose, else the browser's, else English."""
    chosen = request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE


def preferred_theme() -> Theme:
    """Return the theme that the browser shows, which ``assets/theme.js`` keeps in a cookie."""
    return known(request.cookies.get("theme") if has_request_context() else None)


def preferred_zone() -> tzinfo | None:
    """Return the time zone of the browser, or None for the one of this machine."""
    name = request.cookies.get("zone", "") if has_request_context() else ""
    try:
        return ZoneInfo(name.replace("%2F", "/")) if name else None
    except (ValueError, KeyError, OSError):
        return None
