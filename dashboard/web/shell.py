"""The frame around every page: navigation, theme and language, worker status, toasts."""

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, dcc, html

from dashboard.components.aria import aria, data
from dashboard.components.icon import icon
from dashboard.context import current_home, current_identity, is_open, preferred_theme
from dashboard.formats import ago
from dashboard.web import help_panel, messages_panel
from dashboard.web.sign_in import SIGN_OUT
from data.errors import VitrinaError
from data.i18n import LANGUAGES, N_, _, language

THEME_STORE = "theme"
TOASTS = "toasts"
WORKER = "worker-state"
CLOCK = "worker-clock"
PERIOD = 5_000  # milliseconds
NAVIGATION = (
    ("/", N_("Home"), "home"),
    ("/data", N_("Data"), "data"),
    ("/train", N_("Train"), "train"),
    ("/runs", N_("Runs"), "runs"),
    ("/compare", N_("Compare"), "compare"),
    ("/recommend", N_("Recommend"), "recommend"),
)
RARE = {"/compare"}  # hidden on phones, which have no room for six links; reached from the runs


def layout() -> html.Div:
    """Return the frame, in the language and theme of the request."""
    return html.Div(
        [
            html.A(_("Skip to the content"), href="#main", className="skip"),
            dcc.Store(id=THEME_STORE, data=preferred_theme()),
            dcc.Interval(id=CLOCK, interval=PERIOD),
            _rail(),
            html.Main(
                [*_open_warning(), dash.page_container], id="main", className="main", tabIndex="-1"
            ),
            html.Div(
                id=TOASTS,
                className="toasts",
                role="status",
                **aria(live="polite", label=_("Messages")),
            ),
            help_panel.panel(),
            messages_panel.panel(),
            html.Div(id="refusals", className="toasts", role="alert"),
            html.Div(id="shell-quiet", hidden=True),
        ],
        className="shell",
    )


def _open_warning() -> list[html.P]:
    """Return the warning of a server that anybody may use; nothing on any other."""
    if not is_open():
        return []
    words = _(
        "This server is open: whoever reaches it may read, change and delete everything, without a"
        " password."
    )
    return [html.P(words, className="notice", role="alert")]


def register(app: dash.Dash) -> None:
    """Register the callbacks of the frame."""
    app.clientside_callback(
        ClientsideFunction("vitrina", "mark_place"),
        Output("shell-quiet", "children"),
        Input("_pages_location", "pathname"),
        Input("_pages_content", "children"),
    )
    help_panel.register(app)
    messages_panel.register(app)

    @app.callback(
        Output(WORKER, "children"),
        Output(WORKER, "className"),
        Output(messages_panel.COUNT, "children"),
        Output(messages_panel.STATUS, "children"),
        Input(CLOCK, "n_intervals"),
        State(WORKER, "className"),
        State(messages_panel.STATUS, "children"),
    )
    def follow(_ticks: int | None, class_name: str, status: str) -> tuple[Any, ...]:
        """Show what a page follows wherever it is, in one request: the worker and new messages."""
        label, new_class_name = _worker_label()
        return (
            label,
            dash.no_update if new_class_name == class_name else new_class_name,
            *messages_panel.changes(status),
        )


def worker_health() -> dict[str, Any]:
    """Return whether the worker is alive, and the seconds since its last heartbeat.

    ``problem`` is a sentence where the table of runs cannot be read; data pages work without it.
    """
    from dashboard.jobs.runs_table import Runs

    try:
        worker = Runs(current_home()).lease.status()
    except VitrinaError as error:
        return {"alive": False, "seconds_since_heartbeat": None, "problem": str(error)}
    return {"alive": worker.alive, "seconds_since_heartbeat": worker.seconds}


def _worker_label() -> tuple[str, str]:
    """Return the label and the CSS classes of the worker status."""
    health = worker_health()
    if health["alive"]:
        return _("Worker ready"), "worker is-good"
    if "problem" in health:
        return _("No table of runs"), "worker is-bad"
    if health["seconds_since_heartbeat"] is None:
        return _("No worker"), "worker is-idle"
    label = _("Worker lost {ago}").format(ago=ago(health["seconds_since_heartbeat"]))
    return label, "worker is-bad"


def _rail() -> html.Header:
    pages = {page["path_template"] or page["path"] for page in dash.page_registry.values()}
    links = [
        html.Li(
            dcc.Link(
                [icon(icon_name), html.Span(_(label))],
                href=path,
                className="rail-link",
            ),
            className="is-rare" if path in RARE else "",
        )
        for path, label, icon_name in NAVIGATION
        if path in pages
    ]
    return html.Header(
        [
            dcc.Link(
                [icon("vitrina"), html.Span("Vitrina")],
                href="/",
                className="brand",
                title=_("Vitrina, home"),
            ),
            html.Nav(html.Ul(links), className="rail-nav", **aria(label=_("Main"))),
            html.Div(
                [
                    _worker(),
                    messages_panel.opener(),
                    help_panel.opener(),
                    _theme_switch(),
                    _language_switch(),
                    *_sign_out(),
                ],
                className="rail-foot",
            ),
        ],
        className="rail",
    )


def _worker() -> html.Div:
    label, class_name = _worker_label()
    return html.Div(label, id=WORKER, className=class_name, role="status")


def _theme_switch() -> html.Button:
    return html.Button(
        [icon("dark"), icon("light"), html.Span(_("Theme"), className="visually-hidden")],
        type="button",
        className="quiet-button theme-switch",
        title=_("Switch between light and dark"),
        **data(action="theme"),
    )


def _language_switch() -> html.Div:
    return html.Div(
        [
            html.Button(
                code.upper(),
                type="button",
                className="quiet-button language" + (" is-on" if code == language() else ""),
                title=name,
                lang=code,
                **data(action="language", language=code),
                **aria(label=name, pressed=str(code == language()).lower()),
            )
            for code, name in LANGUAGES.items()
        ],
        className="languages",
        role="group",
        **aria(label=_("Language")),
    )


def _sign_out() -> list[html.Form]:
    """Return the button that signs the user out; nothing where nobody has to sign in."""
    identity = current_identity()
    if identity is None:
        return []
    title = _("Sign out")
    if identity.name:
        title = _("Sign out {name} ({role})").format(name=identity.name, role=identity.role)
    button = html.Button(
        [icon("sign-out"), html.Span(title, className="visually-hidden")],
        type="submit",
        className="quiet-button",
        title=title,
    )
    return [html.Form(button, action=SIGN_OUT, method="post")]
