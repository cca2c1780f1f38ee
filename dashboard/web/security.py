"""Protection of the web server: host and origin checks, a password, security headers."""

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
    """Check every request to a server and add security headers to every response.

    Parameters
    ----------
    server : Flask
        Server to protect.
    host : str
        Address that it listens on. On a loopback address, requests for other host names are
        refused, so that a page elsewhere cannot reach it by DNS rebinding.
    password : str or None
        Required by HTTP basic authentication, with any user name, unless None or empty.
    keyed : sequence of str
        Prefixes of paths that require an API key instead.
    """

    @server.before_request
    def check() -> Response | None:
        if is_loopback(host) and _host_name(request.host) not in _LOOPBACK_NAMES:
            return Response("Requests under another host name are refused.\n", 421)
        origin = request.headers.get("Origin")
        if request.method not in {"GET", "HEAD", "OPTIONS"} and not _is_same_origin(
            origin, request.host
        ):
            return Response("Requests from other sites are refused.\n", 403)
        open_path = request.path in _OPEN_PATHS or request.path.startswith(tuple(keyed))
        if password and not open_path and not _is_authorised(password):
            challenge = {"WWW-Authenticate": 'Basic realm="Vitrina", charset="UTF-8"'}
            return Response("A password is needed.\n", 401, challenge)
        return None

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        return response


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Return a Content-Security-Policy that allows resources of this server only.

    Parameters
    ----------
    script_hashes : sequence of str
        Quoted hashes of the allowed inline scripts.
    """
    scripts = " ".join(["'self'", *script_hashes])
    rules = [f"{name} {value}" for name, value in _POLICY.items()]
    return "; ".join([*rules, f"script-src {scripts}"])


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in _LOOPBACK_NAMES


def _host_name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _is_same_origin(origin: str | None, host: str) -> bool:
    """Return whether a request comes from a page of this server, or from no page."""
    return origin is None or urlsplit(origin).netloc == host


def _is_authorised(password: str) -> bool:
    sent = request.authorization.password if request.authorization else None
    return hmac.compare_digest((sent or "").encode(), password.encode())
