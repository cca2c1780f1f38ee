"""The context of a request: home, who sends it, and the preferences of the browser."""

from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app, g, has_request_context, request

from dashboard.identity import Identity, Role
from dashboard.theme import Theme, known
from data.errors import VitrinaError
from data.home import Home
from data.i18n import DEFAULT_LANGUAGE, LANGUAGES, _

HOME = "VITRINA_HOME"
FOLDERS = "VITRINA_FOLDERS"
OPEN = "VITRINA_OPEN"


class Forbidden(VitrinaError):
    """A user may not do something.

    Parameters
    ----------
    identity : Identity
        Who the user is.
    needed : Role
        The role that may do it.
    """

    def __init__(self, identity: Identity, needed: Role) -> None:
        super().__init__(
            _(
                "This takes the role {needed}, and yours is {role}; ask whoever administers this"
                " server."
            ).format(needed=needed, role=identity.role)
        )


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
    """Return whether the server lets everybody in who reaches it (``--open``).

    It does not any more where users have been added since it started.
    """
    return bool(current_app.config[OPEN]) and current_identity() is None


def use_identity(identity: Identity | None) -> None:
    """Set who sends this request."""
    g.identity = identity


def current_identity() -> Identity | None:
    """Return who sends this request; None where nobody has to sign in."""
    identity: Identity | None = g.get("identity")
    return identity


def may(role: Role) -> bool:
    """Return whether who sends this request has a role."""
    identity = current_identity()
    return identity is None or identity.role.includes(role)


def require(role: Role) -> None:
    """Refuse a request of a user who does not have a role.

    Raises
    ------
    Forbidden
    """
    identity = current_identity()
    if identity is not None and not identity.role.includes(role):
        raise Forbidden(identity, role)


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
