"""The documentation at ``/help``: built pages, served as they are."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, redirect, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from dashboard.components.help_text import GUIDE
from dashboard.context import preferred_language
from dashboard.web.security import content_security_policy
from data.files import is_folder
from data.i18n import DEFAULT_LANGUAGE, _

PAGES = Path(__file__).resolve().parent.parent / "help_pages"
"""Written by ``python -m docs``; part of a wheel, not of a source clone."""
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def offer_help(server: Flask, pages: Path = PAGES) -> None:
    """Add the addresses of the documentation to a server.

    Parameters
    ----------
    server : Flask
    pages : Path
        Folder of the built site.
    """

    def start() -> Response:
        return _to_language(pages)

    def show(place: str = "") -> Response:
        if place and not place.endswith("/") and _is_folder(pages, place):
            return _redirect(f"{GUIDE}/{place}/")
        if place.endswith("/") or not place:
            place = f"{place}index.html"
        try:
            response = send_from_directory(pages, place)
        except NotFound:
            return _missing(pages)
        return _with_policy(response, pages / place)

    server.add_url_rule(GUIDE, "help_start", start, strict_slashes=False)
    server.add_url_rule(f"{GUIDE}/", "help", show)
    server.add_url_rule(f"{GUIDE}/<path:place>", "help_page", show)


def _to_language(pages: Path) -> Response:
    """Redirect to the page that ``?page=`` names, in the reader's language where it exists."""
    place = request.args.get("page", "").strip("/")
    language = preferred_language()
    target = "" if language == DEFAULT_LANGUAGE else language
    target = f"{target}/{place}".strip("/")
    if not _is_folder(pages, target):
        target = place
    return _redirect(f"{GUIDE}/{target}/" if _is_folder(pages, target) and target else f"{GUIDE}/")


def _is_folder(pages: Path, place: str) -> bool:
    folder = safe_join(str(pages), place)
    return folder is not None and is_folder(Path(folder))


def _redirect(address: str) -> Response:
    response = redirect(address)
    assert isinstance(response, Response)
    return response


def _missing(pages: Path) -> Response:
    if not (pages / "index.html").is_file():
        words = _(
            "The help pages of this source folder are not built: make run builds them within"
            " seconds, and so does make docs."
        )
        return Response(f"{words}\n", 404, mimetype="text/plain")
    response = send_from_directory(pages, "404.html")
    response.status_code = 404
    return _with_policy(response, pages / "404.html")


def _with_policy(response: Response, file: Path) -> Response:
    """Return a response whose Content-Security-Policy allows the inline scripts of its page."""
    if file.suffix == ".html":
        policy = _policy(file, file.stat().st_mtime_ns)
        response.headers["Content-Security-Policy"] = policy
    return response


@lru_cache(maxsize=256)
def _policy(page: Path, _changed: int) -> str:
    scripts = set(_INLINE_SCRIPT.findall(page.read_bytes()))
    hashes = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts)
    return content_security_policy([f"'sha256-{value}'" for value in sorted(hashes)])
