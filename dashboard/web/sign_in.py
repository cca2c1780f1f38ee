"""Signing in: the page, the cookie of a session, and who may send a request."""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from flask import Flask, Response, jsonify, redirect, request

from dashboard.context import Forbidden, require, use_identity
from dashboard.identity import Identity
from dashboard.users.access import Access, TooManyGuesses
from dashboard.users.sessions import LIFETIME
from dashboard.web.permissions import route_role
from dashboard.web.security import is_below
from dashboard.web.sign_in_page import document
from data.errors import VitrinaError
from data.i18n import LANGUAGES, _, use_language

SIGN_IN, SIGN_OUT = "/login", "/logout"
_API = "/api"


def let_users_in(server: Flask, access: Access, keyed: Sequence[str] = ()) -> None:
    """Let only users send requests to a server, where it has any, and only those of their role.

    Parameters
    ----------
    server : Flask
    access : Access
        Who is let in.
    keyed : sequence of str
        Blueprints that take an API key instead.
    """
    server.add_url_rule(SIGN_IN, "sign_in", lambda: _sign_in(access), methods=["GET", "POST"])
    server.add_url_rule(SIGN_OUT, "sign_out", lambda: _sign_out(access), methods=["POST"])

    @server.before_request
    def check() -> Response | None:
        needed = route_role(request.endpoint)
        if needed is None or request.blueprint in keyed:
            return None
        try:
            identity = _of_session(access) if access.was_needed else None
            if identity is None and not access.is_needed():
                return None
            identity = identity or _identity(access)
            if identity is None:
                return _ask_to_sign_in()
            use_identity(identity)
            require(needed)
        except TooManyGuesses as error:
            return _too_many(_refusal(str(error), 429), error)
        except Forbidden as error:
            return _refusal(str(error), 403)
        except VitrinaError as error:
            return _refusal(str(error), 503)
        return None

    @server.after_request
    def keep_out_of_caches(response: Response) -> Response:
        if response.mimetype in {"text/html", "application/json"}:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _identity(access: Access) -> Identity | None:
    """Return who sends this request: by the cookie of a session, or by basic authentication."""
    identity = _of_session(access)
    if identity is None and (sent := request.authorization) and sent.type == "basic":
        name, password = sent.username or "", sent.password or ""
        identity = access.of_password(name, password, _client())
    return identity


def _of_session(access: Access) -> Identity | None:
    token = request.cookies.get(_cookie())
    return access.of_session(token) if token else None


def _ask_to_sign_in() -> Response:
    """Send a browser to the page where people sign in, and tell a program what it needs."""
    if not _wants_page():
        sentence = _("Sign in at {path}, or send a name and a password.").format(path=SIGN_IN)
        refusal = _refusal(sentence, 401)
        if "Sec-Fetch-Mode" not in request.headers:  # a browser would ask for a password itself
            refusal.headers["WWW-Authenticate"] = 'Basic realm="Vitrina", charset="UTF-8"'
        return refusal
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        # A link on another site: the browser sends the cookie when this site asks for the page.
        return Response('<!DOCTYPE html><meta http-equiv="refresh" content="0">')
    return _to(f"{SIGN_IN}?next={quote(request.full_path.rstrip('?'), safe='')}")


def _wants_page() -> bool:
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("Accept", "")


def _sign_in(access: Access) -> Response:
    """Show the page, or sign in with the name and the password that were sent."""
    language = request.args.get("language", "")
    if language in LANGUAGES:
        use_language(language)
    target = local_path(request.values.get("next", ""))
    try:
        if not access.is_needed():
            return _to(target)
        if request.method == "GET":
            return _with_language(_page(access, target), language)
        return _answer_guess(access, target)
    except VitrinaError as error:
        return _page(access, target, str(error), 503)


def _answer_guess(access: Access, target: str) -> Response:
    name, password = (request.form.get(field, "") for field in ("name", "password"))
    try:
        token = access.sign_in(name.strip(), password, _client())
    except TooManyGuesses as error:
        return _too_many(_page(access, target, str(error), 429, name=name), error)
    if token is None:
        return _page(access, target, _wrong(access), 401, name=name)
    response = _to(target)
    _set_cookie(response, token, int(LIFETIME))
    return response


def _wrong(access: Access) -> str:
    if access.has_users():
        return _("Name and password do not go together.")
    return _("This is not the password.")


def _sign_out(access: Access) -> Response:
    token = request.cookies.get(_cookie())
    if token:
        try:
            access.sign_out(token)
        except VitrinaError as error:
            return _refusal(str(error), 503)
    response = _to(SIGN_IN)
    _set_cookie(response, "", 0)
    return response


def _page(
    access: Access, target: str, problem: str = "", status: int = 200, name: str = ""
) -> Response:
    page = document(
        action=SIGN_IN, target=target, ask_name=access.has_users(), name=name, problem=problem
    )
    return Response(page, status, mimetype="text/html")


def _with_language(response: Response, language: str) -> Response:
    if language in LANGUAGES:
        response.set_cookie("language", language, max_age=365 * 24 * 3600, samesite="Lax")
    return response


def _set_cookie(response: Response, token: str, seconds: int) -> None:
    response.set_cookie(
        _cookie(),
        token,
        max_age=seconds,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def _cookie() -> str:
    """Return the name of the cookie: servers on other ports of a machine get the same cookies."""
    if request.is_secure:
        return "__Host-vitrina"  # a browser takes it over HTTPS only, and for this host only
    return f"vitrina-{urlsplit(f'//{request.host}').port or 80}"


def _client() -> str:
    return request.remote_addr or ""


def _to(path: str) -> Response:
    response = redirect(path, 303)
    assert isinstance(response, Response)
    return response


def _refusal(sentence: str, status: int) -> Response:
    if is_below(request.path, _API):
        response = jsonify(error=sentence)
        response.status_code = status
        return response
    return Response(f"{sentence}\n", status, mimetype="text/plain")


def _too_many(response: Response, error: TooManyGuesses) -> Response:
    response.headers["Retry-After"] = str(error.seconds)
    return response


def local_path(text: str) -> str:
    """Return a path of this server; the start page for anything that may lead elsewhere.

    Examples
    --------
    >>> local_path("/runs/demo-1?step=2"), local_path("//evil.example"), local_path("https://x")
    ('/runs/demo-1?step=2', '/', '/')
    """
    leads_elsewhere = not text.startswith("/") or text[1:2] in {"/", "\\"}
    is_plain = text.isprintable() and "\\" not in text
    if leads_elsewhere or not is_plain or is_below(urlsplit(text).path, SIGN_IN):
        return "/"
    return text
