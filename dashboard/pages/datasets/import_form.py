"""The import form: choose files, check their columns, name the dataset, start."""

from pathlib import Path
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard.components.aria import aria
from dashboard.components.field import dom_id
from dashboard.context import current_home
from dashboard.services.datasets import imports, uploads
from data.errors import BadInput
from data.events import COLUMNS
from data.i18n import _
from data.importing.columns import Preview
from data.importing.kaggle import is_remote
from data.importing.request import ImportRequest
from data.importing.roles import JOIN

UPLOAD = "data"
PATH, READ_PATH = "import-path", "import-read-path"
FILES, CHECK, NAME, START = "import-files", "import-check", "import-name", "import-start"
MODE, FORMAT = "import-mode", "import-time-format"
MARK, ENCODING, HEADER = "import-decimal-mark", "import-encoding", "import-header-line"
ROLE = "import-role"
_SAMPLES = 3
_ABSENT = " "  # no choice; never the name of a column, as names are stripped
_LONGEST = 60  # characters of a sample


def layout() -> html.Section:
    """Return the card of the form; the second half appears when files are chosen."""
    path = kit.field(
        _("Or a path on the server"),
        dbc.Input(id=PATH, type="text", placeholder="2019-Nov.csv.gz", autoComplete="off"),
        hint=_(
            "Files in {folders} can be read without sending them; a data set of Kaggle is "
            "kaggle:OWNER/SET/FILE."
        ).format(folders=", ".join(str(folder) for folder in imports.folders())),
    )
    return kit.card(
        [
            dcc.Store(id=FILES),
            html.Div(
                [
                    kit.upload(UPLOAD),
                    html.Div([path, kit.button(_("Read this file"), READ_PATH)], className="stack"),
                ],
                className="import-sources",
            ),
            html.Div(id=CHECK),
        ],
        title=_("Import a purchase log"),
        subtitle=_(
            "Delimited text, JSON, workbooks, Parquet or RecBole files, also compressed or in an "
            "archive; up to {limit} GB by upload, of any size by path. Buyer and product are "
            "needed, the rest is used where present."
        ).format(limit=uploads.LIMIT >> 30),
    )


def register() -> None:
    """Register the callbacks: choice of files, columns, start of the import."""

    @callback(
        Output(FILES, "data"),
        Output(kit.error_id(PATH), "children"),
        Input(kit.uploaded(UPLOAD), "data"),
        Input(READ_PATH, "n_clicks"),
        Input(PATH, "n_submit"),
        State(PATH, "value"),
        prevent_initial_call=True,
    )
    def choose(
        uploaded: dict[str, Any] | None, _clicks: int | None, _submits: int | None, path: str | None
    ) -> tuple[Any, str]:
        home = current_home()
        if dash.ctx.triggered_id not in {READ_PATH, PATH}:
            files = [uploads.find(home, file["path"]) for file in (uploaded or {}).get("files", [])]
            return [str(file) for file in files], ""
        try:
            return [str(imports.file_at(path or ""))], ""
        except BadInput as error:
            return dash.no_update, str(error)

    @callback(Output(CHECK, "children"), Input(FILES, "data"), prevent_initial_call=True)
    def check(files: list[str] | None) -> Component | None:
        if not files:
            return None
        try:
            file = imports.check_file(current_home(), files[0])
            sample = None if is_remote(file) else imports.preview_file(current_home(), file)
        except BadInput as error:
            return kit.error_state(str(error))
        return _check_form([Path(file) for file in files], sample)

    @callback(
        output=(
            Output(FILES, "data", allow_duplicate=True),
            Output(kit.error_id(NAME), "children"),
        ),
        inputs={"clicks": Input(START, "n_clicks")},
        state={
            "files": State(FILES, "data"),
            "name": State(NAME, "value"),
            "mode": State(MODE, "value"),
            "time_format": State(FORMAT, "value"),
            "decimal_mark": State(MARK, "value"),
            "encoding": State(ENCODING, "value"),
            "header_line": State(HEADER, "value"),
            "columns": State({"type": ROLE, "column": ALL}, "value"),
            "roles": State({"type": ROLE, "column": ALL}, "id"),
        },
        prevent_initial_call=True,
    )
    def start(  # noqa: PLR0917 - Dash calls it by name
        clicks: int | None,
        files: list[str],
        name: str | None,
        mode: str,
        time_format: str | None,
        decimal_mark: str,
        encoding: str | None,
        header_line: int | None,
        columns: list[str | None],
        roles: list[dict[str, str]],
    ) -> tuple[Any, Any]:
        if not clicks:
            return dash.no_update, dash.no_update
        home = current_home()
        mapping = {
            role["column"]: (value or "").strip()
            for role, value in zip(roles, columns, strict=True)
        }
        try:
            paths = [imports.check_file(home, file) for file in files]
            imports.start(
                home,
                ImportRequest(
                    paths,
                    (name or "").strip(),
                    mapping,
                    (time_format or "").strip(),
                    mode,
                    decimal_mark=decimal_mark.strip() or None,
                    encoding=(encoding or "").strip() or None,
                    header_line=header_line,
                ),
            )
        except BadInput as error:
            return dash.no_update, str(error)
        return None, ""


def _check_form(files: list[Path], sample: Preview | None) -> html.Div:
    """Return the guessed mapping of columns for correction, the name and the start button.

    Files at Kaggle and large archives have no preview.
    """
    name = kit.field(
        _("Name of the dataset"),
        dbc.Input(
            id=NAME,
            type="text",
            value=imports.suggest_name(files[0]),
            maxLength=60,
            autoComplete="off",
        ),
        hint=_("Letters, digits, dots, hyphens and underscores."),
    )
    mode = kit.field(
        _("Where a dataset of this name exists"),
        dbc.Select(
            id=MODE,
            options=[
                {"label": _("refuse the import"), "value": "new"},
                {"label": _("add these files to it"), "value": "append"},
                {"label": _("replace it"), "value": "replace"},
            ],
            value="new",
        ),
    )
    time_format = kit.field(
        _("Format of times"),
        dbc.Input(id=FORMAT, type="text", placeholder="%d/%m/%Y %H:%M", autoComplete="off"),
        hint=_("Only if the times cannot be read."),
    )
    decimal_mark = kit.field(
        _("Decimal mark of prices"),
        dbc.Select(
            id=MARK,
            options=[
                {"label": _("as the prices show"), "value": _ABSENT},
                {"label": _("point: 1,299.00"), "value": "."},
                {"label": _("comma: 1.299,00"), "value": ","},
            ],
            value=_ABSENT,
        ),
    )
    encoding = kit.field(
        _("Encoding"),
        dbc.Input(id=ENCODING, type="text", placeholder="utf-8", autoComplete="off"),
        hint=_("Only if letters are wrong."),
    )
    header_line = kit.field(
        _("Line of the header"),
        dbc.Input(id=HEADER, type="number", min=0, step=1, autoComplete="off"),
        hint=_("Only if the columns are wrong; 0 for none."),
    )
    hint = (
        _("Check the columns; the first values of each are shown beside it.")
        if sample
        else _("The columns are guessed when the files have been downloaded and unpacked.")
    )
    names = ", ".join(file.name for file in files)
    return html.Div(
        [
            html.H3(_("Columns of {files}").format(files=names), className="card-title"),
            html.P(hint, className="subtitle"),
            _understanding(sample) if sample else None,
            _mapping(sample) if sample else None,
            html.Div(
                [name, mode, time_format, decimal_mark, encoding, header_line],
                className="import-name",
            ),
            kit.button(_("Import"), START, kind="primary"),
        ],
        className="import-check stack",
    )


def _choices(sample: Preview, selected: str) -> list[str]:
    """Return the columns of the file, and the day and clock that are read as one time."""
    joined = [selected] if selected not in (*sample.columns, _ABSENT) else []
    return [*joined, *sample.columns]


def _understanding(sample: Preview) -> html.Div:
    """Return in words how the file is read, and what a person should check."""
    result = sample.understood
    if not result or "problem" in result:
        sentence = result.get("problem") or _(
            "Choose the columns that hold the buyer and the product."
        )
        return html.Div(sentence, role="alert")
    facts = {
        _("Times"): result["time"],
        _("Prices"): result["price"],
        _("Encoding"): result["encoding"],
        _("Event types"): ", ".join(f"{k} → {v}" for k, v in list(result["types"].items())[:8]),
    }
    labels = {column.name: _(column.label) for column in COLUMNS}
    unsure = [f"{labels.get(name, name)} ({why})" for name, why in result["unsure"].items()]
    return html.Div(
        [
            html.P(
                " · ".join(f"{label}: {value}" for label, value in facts.items() if value),
                className="muted",
            ),
            html.P(_("Please check: {columns}.").format(columns=", ".join(unsure)))
            if unsure
            else None,
        ]
    )


def _mapping(sample: Preview) -> html.Div:
    rows = [
        _mapping_row(column.name, _(column.label), column.required, sample) for column in COLUMNS
    ]
    return html.Div(rows, className="import-mapping", role="group", **aria(label=_("Columns")))


def _mapping_row(name: str, label: str, required: bool, sample: Preview) -> html.Div:
    selected = sample.mapping.get(name, _ABSENT)
    absent = _("row order") if name == "time" else _("not in the file")
    control = dbc.Select(
        id={"type": ROLE, "column": name},
        options=[{"label": f"– {absent}", "value": _ABSENT}]
        + [{"label": column, "value": column} for column in _choices(sample, selected)],
        value=selected,
    )
    samples = " · ".join(_samples(sample, selected)) if selected != _ABSENT else ""
    mark_required = required and name != "time"
    return html.Div(
        [
            html.Label(
                [label, html.Span(" · " + _("needed"), className="muted")]
                if mark_required
                else label,
                htmlFor=dom_id(control.id),
            ),
            control,
            html.Span(samples, className="muted mono"),
        ],
        className="import-column",
    )


def _samples(sample: Preview, column: str) -> list[str]:
    """Return the first distinct values of a column."""
    parts = [column] if column in sample.columns else column.split(JOIN)
    places = [sample.columns.index(part) for part in parts]
    values = [" ".join(row[k] for k in places) for row in sample.rows if len(row) > max(places)]
    values = [value for value in values if value.strip()]
    return [value[:_LONGEST] for value in list(dict.fromkeys(values))[:_SAMPLES]]
