"""The web application: ``create_app`` assembles pages, frame, security and addresses."""

import importlib.metadata
import os
from collections.abc import Sequence
from pathlib import Path

import dash
from flask import Flask, Response, jsonify
from flask_compress import Compress

from dashboard.api.routes import BLUEPRINT, ApiSettings, offer_api
from dashboard.components import register_components
from dashboard.context import FOLDERS, HOME, OPEN, preferred_language
from dashboard.reports.routes import register_reports
from dashboard.services.datasets.imports import import_folders
from dashboard.users.access import PASSWORD, Access
from dashboard.web import errors, permissions, security, shell, sign_in
from dashboard.web.addresses import give_last_values
from dashboard.web.assets import ASSETS, ICON, THEME_SCRIPT, asset
from dashboard.web.downloads import register_downloads
from dashboard.web.help import offer_help
from dashboard.web.shared_answers import share_answers
from dashboard.web.upload_endpoint import PIECE, register_uploads
from data.home import Home
from data.i18n import language, use_language

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
LARGEST_REQUEST = PIECE + (1 << 16)
"""Bytes of a request's body at most: a piece of an upload."""
SCRIPTS = (
    "plotly-es.js",
    "failed_requests.js",
    "shell.js",
    "figures.js",
    "rows.js",
    "upload.js",
    "tour.js",
)

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
    allow_hosts: Sequence[str] = (),
    allow_paths: Sequence[Path] = (),
    password: str | None = None,
    open_to_all: bool = False,
    is_behind_proxy: bool = False,
    api: ApiSettings | None = None,
) -> dash.Dash:
    """Create the web application that serves one home.

    Parameters
    ----------
    home : Home
        Home that the application shows and changes.
    host : str
        Address that the server will listen on.
    allow_hosts : sequence of str
        Names that browsers may call it by, beside its address and the names of this machine.
    allow_paths : sequence of Path
        Folders whose files may be imported by path; see ``imports.import_folders``.
    password : str, optional
        Lets in whoever knows it, beside the users of the home; by default the environment variable
        ``VITRINA_PASSWORD``, if set. Without it and without users nobody has to sign in.
    open_to_all : bool
        Whether everybody may do everything; every page says so.
    is_behind_proxy : bool
        Whether a proxy lets others reach it, although it listens on this machine alone.
    api : ApiSettings, optional
        Access to the HTTP API; without it the API is off.

    Returns
    -------
    dash.Dash
        Application whose ``server`` is a WSGI application; a process may hold several.
    """
    server = Flask("dashboard", static_folder=None)
    server.config[HOME] = home
    is_private = security.is_loopback(host) and not is_behind_proxy
    server.config[FOLDERS] = import_folders(allow_paths, is_private)
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    access = Access(home, password or os.environ.get(PASSWORD), open_to_all)
    access.is_needed()  # from here on nobody is let in because the users cannot be read
    server.config[OPEN] = open_to_all
    security.protect(server, security.known_names(host, allow_hosts))
    server.before_request(_use_preferred_language)
    sign_in.let_users_in(server, access, keyed=(BLUEPRINT,) if api and api.token else ())
    server.add_url_rule("/health", "health", health)
    register_uploads(server)
    register_downloads(server)
    register_reports(server)
    offer_help(server)
    offer_api(server, api, version())
    Compress(server)
    app = _Vitrina(
        name="dashboard",
        server=server,  # type: ignore[arg-type] # its annotation is too narrow
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
    give_last_values()
    app.layout = shell.layout
    register_components(app)
    shell.register(app)
    errors.respond_to_errors(server, app.callback_map)
    permissions.check_callbacks(server, app.callback_map)
    share_answers(server, app.callback_map)
    _finish_setup(app, server)
    return app


def version() -> str:
    """Return the installed version of Vitrina."""
    return importlib.metadata.version("vitrina")


def health() -> Response:
    """Respond with the status of the server and of the worker as JSON."""
    return jsonify(status="ok", version=version(), worker=shell.worker_health())


class _Vitrina(dash.Dash):
    """Dash with its own HTML document: its language, order of style sheets, no inline scripts."""

    def interpolate_index(self, **parts: str) -> str:  # type: ignore[override]
        """Return the HTML document of every page."""
        styles = (
            f'<link rel="stylesheet" href="{asset(name)}">'
            for name in (*STYLES, *_page_assets("css"))
        )
        scripts = (
            f'<script src="{asset(name)}"></script>' for name in (*SCRIPTS, *_page_assets("js"))
        )
        return _INDEX.format(
            language=language(),
            metas=parts["metas"],
            title=parts["title"],
            icon=asset(ICON),
            theme=asset(THEME_SCRIPT),
            styles="\n".join(styles),
            css=parts["css"],
            entry=_ENTRY,
            config=parts["config"],
            own_scripts="\n".join(scripts),
            scripts=parts["scripts"],
            renderer=parts["renderer"],
        )


def _page_assets(suffix: str) -> list[str]:
    """Return the style sheets or scripts of single pages, from ``assets/pages``."""
    return sorted(f"pages/{file.name}" for file in (ASSETS / "pages").glob(f"*.{suffix}"))


def _use_preferred_language() -> None:
    use_language(preferred_language())


def _finish_setup(app: dash.Dash, server: Flask) -> None:
    """Register the callbacks of the pages now instead of at the first request.

    Dash collects them in global lists and gives them to the application that gets the first
    request, which may be another one. Only afterwards are the inline scripts known that the
    Content-Security-Policy has to allow.
    """
    with server.test_request_context("/health"):
        server.preprocess_request()
    policy = security.content_security_policy(app.csp_hashes())

    @server.after_request
    def add_policy(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
