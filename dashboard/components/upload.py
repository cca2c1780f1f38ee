"""File uploads: a drop zone with a progress bar."""

from dash import dcc, html

from dashboard.components.aria import data
from dashboard.components.icon import icon
from data.i18n import _

LOGS = (
    ".csv,.tsv,.txt,.dat,.inter,.json,.jsonl,.ndjson,.xlsx,.xls,.ods,.parquet,"
    ".gz,.bz2,.xz,.zst,.zip,.tar"
)
"""The names that the file picker offers for a purchase log."""


def upload(name: str, *, accept: str = LOGS) -> html.Div:
    """Return a drop zone with a button that opens the file chooser.

    ``assets/upload.js`` sends the files to ``dashboard.web.upload_endpoint`` piece by piece. When
    all are complete, the ``data`` of ``uploaded(name)`` is
    ``{"files": [{"name", "path", "bytes"}, …]}``, where ``path`` is relative to ``Home.uploads``.

    Parameters
    ----------
    name : str
        Name of the drop zone in the id of its store.
    accept : str
        File suffixes that the file chooser offers.
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
    """Return the id of the store of the uploaded files."""
    return f"uploaded-{name}"
