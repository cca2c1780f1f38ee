"""What the web server lets through: known hosts, its own pages, a password where one is set."""

import hmac
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, request

PASSWORD = "VITRINA_PASSWORD"

_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}
_OPEN_PATHS = {"/health"}
_POLICY = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def protect(server: Flask, host: str, password: str | None, keyed: Sequence[str] = ()) -> None:
    """Guard every request and mark every answer of a server.

    Parameters
    ----------
    server : Flask
        The server to guard.
    host : str
        The address that it listens on. On a loopback address only loopback names are answered,
        so that a page elsewhere cannot reach it by pointing its own name here (DNS rebinding).
    password : str or None
        Asked for with HTTP basic authentication, under any user name, unless None or empty.
    keyed : sequence of str
        Beginnings of paths that ask for a key of their own instead.
    """

    @server.before_request
    def guard() -> Response | None:
        if is_loopback(host) and _name(request.host) not in _LOOPBACK_NAMES:
            return Response("This address answers only under its own name.\n", 421)
        origin = request.headers.get("Origin")
        if request.method not in {"GET", "HEAD", "OPTIONS"} and not _own(origin, request.host):
            return Response("Requests from other sites are refused.\n", 403)
        free = request.path in _OPEN_PATHS or request.path.startswith(tuple(keyed))
        if password and not free and not _knows(password):
            challenge = {"WWW-Authenticate": 'Basic realm="Vitrina", charset="UTF-8"'}
            return Response("A password is needed.\n", 401, challenge)
        return None

    @server.after_request
    def mark(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Return the policy that lets a page load from this server alone.

    Parameters
    ----------
    script_hashes : sequence of str
        Quoted hashes of the inline scripts that may run.
    """
    scripts = " ".join(["'self'", *script_hashes])
    rules = [f"{name} {value}" for name, value in _POLICY.items()]
    return "; ".join([*rules, f"script-src {scripts}"])


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in _LOOPBACK_NAMES


def _name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _own(origin: str | None, host: str) -> bool:
    """Tell whether a request comes from this server's own pages, or from no page at all."""
    return origin is None or urlsplit(origin).netloc == host


def _knows(password: str) -> bool:
    given = request.authorization.password if request.authorization else None
    return hmac.compare_digest((given or "").encode(), password.encode())
