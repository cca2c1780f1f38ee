"""Bringing files: they stream to the home while a bar shows how far they are."""

from dash import dcc, html

from dashboard.components.aria import data
from dashboard.components.icon import icon
from data.i18n import _


def upload(name: str, *, accept: str = ".csv,.gz,.parquet,.inter") -> html.Div:
    """Return a place to drop files on.

    The files go to ``dashboard.web.upload_endpoint`` piece by piece, never through memory. When
    all have arrived, the ``data`` of ``uploaded(name)`` is
    ``{"files": [{"name", "path", "bytes"}, …]}``, where ``path`` is relative to ``Home.uploads``.

    Parameters
    ----------
    name : str
        Names the place in callbacks.
    accept : str
        The kinds of file that the browser offers.
    """
    choose = html.Button(
        [icon("upload"), html.Span(_("Choose files"))],
        type="button",
        className="button is-secondary",
        **data(action="choose-files"),
    )
    return html.Div(
        [
            dcc.Store(id=uploaded(name)),
            html.P(_("Drop files here, or")),
            choose,
            html.P(className="drop-progress", role="status"),
        ],
        className="drop",
        **data(
            upload=uploaded(name),
            accept=accept,
            sending=_("Sending {name}: {percent} %"),
            sent=_("{name} has arrived."),
            failed=_("{name} could not be sent. Check the connection, then try again."),
        ),
    )


def uploaded(name: str) -> str:
    """Return the id of the store that holds what has arrived."""
    return f"uploaded-{name}"
