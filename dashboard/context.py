"""The context of a request: the home of the application and the preferences of the browser."""

from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app, has_request_context, request

from dashboard.theme import Theme, known
from data.home import Home
from data.i18n import DEFAULT_LANGUAGE, LANGUAGES

HOME = "VITRINA_HOME"
FOLDERS = "VITRINA_FOLDERS"
OPEN = "VITRINA_OPEN"


def current_home() -> Home:
    """Return the home that the application of this request serves."""
    home = current_app.config[HOME]
    assert isinstance(home, Home)
    return home


def current_folders() -> tuple[Path, ...]:
    """Return the folders of the server whose files may be imported by path."""
    folders: tuple[Path, ...] = current_app.config[FOLDERS]
    return folders


def is_open() -> bool:
    """Return whether the server lets everybody in who reaches it (``--open``)."""
    return bool(current_app.config[OPEN])


def preferred_language() -> str:
    """Return the language of the cookie, else of the browser, else English."""
    language = request.cookies.get("language")
    if language in LANGUAGES:
        return language
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE


def preferred_theme() -> Theme:
    """Return the theme of the browser, which ``assets/theme.js`` stores in a cookie."""
    return known(request.cookies.get("theme") if has_request_context() else None)


def preferred_zone() -> tzinfo | None:
    """Return the time zone of the browser, or None for that of the server."""
    name = request.cookies.get("zone", "") if has_request_context() else ""
    try:
        return ZoneInfo(name.replace("%2F", "/")) if name else None
    except (ValueError, KeyError, OSError):
        return None
