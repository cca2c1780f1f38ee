"""Protection of the web server from other sites: host and origin checks, security headers."""

import ipaddress
import socket
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, request

_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "::1"}
_ANY_ADDRESS = "*"
_MAKING = ("/take",)
"""Addresses whose GET makes a file."""

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


def known_names(host: str, allowed: Sequence[str]) -> frozenset[str]:
    """Return the names that browsers may call a server by.

    A page elsewhere can make its own name mean this machine (DNS rebinding), and then reads what
    the server responds; it cannot choose a name that is known here.

    Parameters
    ----------
    host : str
        Address that the server listens on.
    allowed : sequence of str
        Other names.
    """
    names = {*_LOOPBACK_NAMES, host.lower(), *(name.lower() for name in allowed)}
    if not is_loopback(host):
        names.add(socket.gethostname().lower())
        names.add(_ANY_ADDRESS)
    return frozenset(names)


def protect(server: Flask, names: Collection[str]) -> None:
    """Refuse requests of other sites to a server, and add security headers to every response.

    Parameters
    ----------
    server : Flask
        Server to protect.
    names : collection of str
        Host names that are responded to; see ``known_names``.
    """

    @server.before_request
    def check() -> Response | None:
        if not _is_known(_host_name(request.host), names):
            words = "Requests under this host name are refused; see vitrina serve --allow-host.\n"
            return Response(words, 421)
        if _is_from_elsewhere():
            return Response("Requests from other sites are refused.\n", 403)
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
    """Return the name in a Host header; empty where it is malformed."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_known(name: str, names: Collection[str]) -> bool:
    """Return whether a host name is known; an address is where it may be any."""
    if name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return _ANY_ADDRESS in names


def _is_from_elsewhere() -> bool:
    """Return whether a page of another site sends this request, except a link to a page.

    Browsers say so by ``Origin``, which they leave out of some requests, and ``Sec-Fetch-Site``;
    programs send neither.
    """
    origin = request.headers.get("Origin")
    is_safe = request.method in {"GET", "HEAD", "OPTIONS"}
    if not is_safe and origin is not None and origin.partition("://")[2] != request.host:
        return True
    if request.headers.get("Sec-Fetch-Site") not in {"cross-site", "same-site"}:
        return False
    is_link = is_safe and request.headers.get("Sec-Fetch-Mode") == "navigate"
    return not is_link or any(is_below(request.path, path) for path in _MAKING)


def is_below(path: str, folder: str) -> bool:
    """Return whether the path of an address is another one or below it, by whole segments.

    Examples
    --------
    >>> is_below("/api/v1/runs", "/api/v1"), is_below("/api/v1x", "/api/v1")
    (True, False)
    """
    return f"{path}/".startswith(f"{folder}/")
