"""The web application: ``create_app`` puts pages, shell, guards and health together."""

import importlib.metadata
import os
from pathlib import Path

import dash
from flask import Flask, Response, jsonify
from flask_compress import Compress

from dashboard.api.models import PREFIX
from dashboard.api.routes import ApiSettings, offer_api
from dashboard.components import register_components
from dashboard.context import HOME, preferred_language
from dashboard.web import errors, security, shell
from dashboard.web.downloads import register_downloads
from dashboard.web.upload_endpoint import register_uploads
from data.home import Home
from data.i18n import language, use_language

ASSETS = Path(__file__).resolve().parent.parent / "assets"
PAGES = Path(__file__).resolve().parent / "pages"
STYLES = (
    "vendor/bootstrap/bootstrap.min.css",
    "vendor/inter/inter.css",
    "tokens.css",
    "icons.css",
    "base.css",
    "shell.css",
    "components.css",
    "controls.css",
    "grid.css",
)
ICON = "vitrina.svg"
SCRIPTS = ("plotly-es.js", "lost.js", "shell.js", "figures.js", "rows.js", "upload.js")
THEME_SCRIPT = "theme.js"

_INDEX = """<!DOCTYPE html>
<html lang="{language}" data-bs-theme="light">
<head>
{metas}
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="{icon}">
<script src="{theme}"></script>
{styles}
{css}
</head>
<body>
{entry}
<footer hidden>{config}
{own_scripts}
{scripts}
{renderer}
</footer>
</body>
</html>
"""
_ENTRY = '<div id="react-entry-point"><div class="first-paint" aria-busy="true"></div></div>'


def create_app(
    home: Home,
    *,
    host: str = "127.0.0.1",
    password: str | None = None,
    api: ApiSettings | None = None,
) -> dash.Dash:
    """Make the web application that serves one home.

    Parameters
    ----------
    home : Home
        The folder that the application shows and changes.
    host : str
        The address that will be listened on; a loopback address refuses other host names.
    password : str, optional
        Asked for on every page; default is ``VITRINA_PASSWORD`` of the environment, if set.
    api : ApiSettings, optional
        Who may use the HTTP interface; it is off where it is left out.

    Returns
    -------
    dash.Dash
        The application; its ``server`` is a WSGI application. Several may live in one process.
    """
    server = Flask("dashboard")
    server.config[HOME] = home
    keyed = (PREFIX,) if api and api.token else ()
    security.protect(server, host, password or os.environ.get(security.PASSWORD), keyed)
    server.before_request(_speak_the_language)
    server.add_url_rule("/health", "health", health)
    register_uploads(server)
    register_downloads(server)
    offer_api(server, api, version())
    Compress(server)
    app = _Vitrina(
        name="dashboard",
        server=server,  # type: ignore[arg-type] # a Flask server is what it wants
        assets_folder=str(ASSETS),
        assets_ignore=".*",
        pages_folder=str(PAGES),
        use_pages=True,
        include_pages_meta=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
        title="Vitrina",
        update_title="",
        suppress_callback_exceptions=True,
        on_error=errors.handle,
        add_log_handler=False,
    )
    app.layout = shell.layout
    register_components(app)
    shell.register(app)
    _settle(app, server)
    return app


def version() -> str:
    """Return the version of Vitrina that is installed."""
    return importlib.metadata.version("vitrina")


def health() -> Response:
    """Answer whether the server and the worker are alive, as JSON."""
    return jsonify(status="ok", version=version(), worker=shell.worker_health())


class _Vitrina(dash.Dash):
    """Dash with a document of our own: its language, its order of style sheets, no inline style."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        """Return the document that every page address answers with."""
        styles = (
            f'<link rel="stylesheet" href="{_asset(name)}">' for name in (*STYLES, *_own("css"))
        )
        scripts = (f'<script src="{_asset(name)}"></script>' for name in (*SCRIPTS, *_own("js")))
        return _INDEX.format(
            language=language(),
            metas=parts["metas"],
            title=parts["title"],
            icon=_asset(ICON),
            theme=_asset(THEME_SCRIPT),
            styles="\n".join(styles),
            css=parts["css"],
            entry=_ENTRY,
            config=parts["config"],
            own_scripts="\n".join(scripts),
            scripts=parts["scripts"],
            renderer=parts["renderer"],
        )


def _own(kind: str) -> list[str]:
    """Return the style sheets or scripts of single pages, which lie in ``assets/pages``."""
    return sorted(f"pages/{file.name}" for file in (ASSETS / "pages").glob(f"*.{kind}"))


def _asset(name: str) -> str:
    """Return the address of an asset, which changes when the file does."""
    return f"/assets/{name}?v={(ASSETS / name).stat().st_mtime_ns:x}"


def _speak_the_language() -> None:
    use_language(preferred_language())


def _settle(app: dash.Dash, server: Flask) -> None:
    """Finish what Dash would leave to the first request, so that applications do not mix.

    Dash collects the callbacks of pages in lists of the process and empties them into whichever
    application is asked first; here each takes its own at once. Only then are the inline scripts
    known that the policy must allow.
    """
    with server.test_request_context("/health"):
        server.preprocess_request()
    policy = security.content_security_policy(app.csp_hashes())

    @server.after_request
    def mark(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        return response
