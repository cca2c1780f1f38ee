"""The import form: choose files, check how they are read, name the dataset, start."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard.context import current_folders, current_home
from dashboard.pages.datasets import import_reading, side_table_fields
from dashboard.pages.datasets.import_reading import (
    ABSENT,
    CODES,
    EXAMPLES,
    GUESSED,
    MEANING,
    NO_PURCHASES,
    QUESTION,
    ROLE,
    UNDERSTOOD,
)
from dashboard.services.datasets import imports, side_tables, uploads
from data.datasets.side_tables import BUYERS, IDS, PRODUCTS
from data.errors import BadInput
from data.home import Home
from data.i18n import _
from data.importing.preview import Preview
from data.importing.request import ImportRequest
from data.importing.side_table_preview import SideTablePreview

UPLOAD, SIDE = "data", "import"
PATH, READ_PATH = "import-path", "import-read-path"
FILES, CHECK, NAME, START = "import-files", "import-check", "import-name", "import-start"
MODE, FORMAT = "import-mode", "import-time-format"
MARK, ENCODING, HEADER = "import-decimal-mark", "import-encoding", "import-header-line"
SHEET, READING, GUESTS = "import-sheet", "import-reading", "import-guests"


def layout() -> html.Section:
    """Return the card of the form; the second half appears when files are chosen."""
    path = kit.field(
        _("Or a path on the server"),
        dbc.Input(id=PATH, type="text", placeholder="2019-Nov.csv.gz", autoComplete="off"),
        hint=_path_hint(),
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
            html.Fieldset(id=CHECK),
        ],
        title=_("Import a purchase log"),
        subtitle=_(
            "Delimited text, JSON, workbooks, Parquet or RecBole files, also compressed or in an "
            "archive; up to {limit}\u00a0GB by upload, of any size by path. Buyer and product are "
            "needed, the rest is used where present."
        ).format(limit=uploads.LIMIT >> 30),
    )


def _path_hint() -> str:
    folders = ", ".join(map(str, current_folders()))
    where = (
        _("Files in {folders} can be read without sending them.").format(folders=folders)
        if folders
        else _("No folder can be read: start vitrina serve with --allow-path FOLDER.")
    )
    return " ".join((where, _("A data set of Kaggle is kaggle:OWNER/SET/FILE.")))


def register() -> None:
    """Register the callbacks: choice of files, how they are read, start of the import."""
    _register_choice()
    _register_reading()
    _register_start()
    side_table_fields.register(
        SIDE,
        [
            State(FILES, "data"),
            State({"type": ROLE, "column": ALL}, "id"),
            State({"type": ROLE, "column": ALL}, "value"),
            State(ENCODING, "value"),
            State(HEADER, "value"),
            State(SHEET, "value"),
        ],
        _look,
    )


def _register_choice() -> None:
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
            return [str(imports.file_at(path or "", current_folders()))], ""
        except BadInput as error:
            return dash.no_update, str(error)

    @callback(
        Output(CHECK, "children"),
        Input(FILES, "data"),
        running=[(Output(CHECK, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def check(files: list[str] | None) -> Component | list[Component]:
        if not files:
            return []
        home = current_home()
        try:
            paths = _paths(home, files)
            sample = imports.preview_files(home, ImportRequest(paths, ""))
        except BadInput as error:
            return kit.error_state(str(error))
        return _check_form(paths, sample, side_tables.beside(files))


def _register_reading() -> None:
    @callback(
        output=Output(READING, "children"),
        inputs={
            "given": {
                "sheet": Input(SHEET, "value"),
                "encoding": Input(ENCODING, "value"),
                "header_line": Input(HEADER, "value"),
            }
        },
        state={"files": State(FILES, "data")},
        running=[(Output(READING, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def read_again(given: dict[str, Any], files: list[str] | None) -> Any:
        """Show the columns anew, as another sheet, encoding or header has other ones."""
        if not files:
            return dash.no_update
        home = current_home()
        try:
            request = ImportRequest(_paths(home, files), "", **_answers(given))
            sample = imports.preview_files(home, request)
        except BadInput as error:
            return [kit.error_state(str(error)), *import_reading.reading(None)]
        return import_reading.reading(sample)

    @callback(
        output=(
            Output(UNDERSTOOD, "children"),
            Output({"type": EXAMPLES, "column": ALL}, "children"),
        ),
        inputs={
            "columns": Input({"type": ROLE, "column": ALL}, "value"),
            "given": {
                "time_format": Input(FORMAT, "value"),
                "decimal_mark": Input(MARK, "value"),
                "guests": Input(GUESTS, "value"),
                "encoding": State(ENCODING, "value"),
                "header_line": State(HEADER, "value"),
                "sheet": State(SHEET, "value"),
            },
        },
        state={
            "guessed": State(GUESSED, "data"),
            "roles": State({"type": ROLE, "column": ALL}, "id"),
            "answers": State({"type": QUESTION, "about": ALL}, "value"),
            "questions": State({"type": QUESTION, "about": ALL}, "id"),
            "meanings": State({"type": MEANING, "place": ALL}, "value"),
            "codes": State(CODES, "data"),
            "files": State(FILES, "data"),
        },
        running=[(Output(UNDERSTOOD, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def understand_again(  # noqa: PLR0917 - Dash calls it by name
        columns: list[str],
        given: dict[str, Any],
        guessed: dict[str, str],
        roles: list[dict[str, str]],
        answers: list[str | None],
        questions: list[dict[str, str]],
        meanings: list[str],
        codes: list[str] | None,
        files: list[str] | None,
    ) -> tuple[Any, Any]:
        """Say what is understood with other columns, another format or decimal mark."""
        sample = None
        if files and columns:
            home, mapping = current_home(), _by_name(roles, columns)
            changed = {k: v for k, v in mapping.items() if v != guessed.get(k, "")}
            request = ImportRequest(_paths(home, files), "", changed, **_answers(given))
            sample = imports.preview_files(home, request)
        if sample is None:
            return dash.no_update, [dash.no_update] * len(columns)
        return (
            import_reading.understood(
                sample,
                _by_name(questions, answers),
                dict(zip(codes or [], meanings, strict=True)),
            ),
            [import_reading.examples(sample, column) for column in columns],
        )

    @callback(
        Output(NO_PURCHASES, "children"),
        Input({"type": MEANING, "place": ALL}, "value"),
        prevent_initial_call=True,
    )
    def warn(meanings: list[str]) -> str:
        return import_reading.warning_without_purchases(meanings)


def _register_start() -> None:
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
            "given": {
                "time_format": State(FORMAT, "value"),
                "decimal_mark": State(MARK, "value"),
                "guests": State(GUESTS, "value"),
                "encoding": State(ENCODING, "value"),
                "header_line": State(HEADER, "value"),
                "sheet": State(SHEET, "value"),
            },
            "columns": State({"type": ROLE, "column": ALL}, "value"),
            "roles": State({"type": ROLE, "column": ALL}, "id"),
            "answers": State({"type": QUESTION, "about": ALL}, "value"),
            "questions": State({"type": QUESTION, "about": ALL}, "id"),
            "meanings": State({"type": MEANING, "place": ALL}, "value"),
            "codes": State(CODES, "data"),
            "tables": {
                table: State(side_table_fields.chosen_id(SIDE, table), "data")
                for table in (PRODUCTS, BUYERS)
            },
        },
        prevent_initial_call=True,
    )
    def start(  # noqa: PLR0917 - Dash calls it by name
        clicks: int | None,
        files: list[str],
        name: str | None,
        mode: str,
        given: dict[str, Any],
        columns: list[str],
        roles: list[dict[str, str]],
        answers: list[str | None],
        questions: list[dict[str, str]],
        meanings: list[str],
        codes: list[str] | None,
        tables: dict[str, str | None],
    ) -> tuple[Any, Any]:
        if not clicks:
            return dash.no_update, dash.no_update
        if None in answers:
            return dash.no_update, _("Answer the question on how the values are read first.")
        home, mapping = current_home(), _by_name(roles, columns)
        answered = _by_name(questions, answers)
        if "time_column" in answered:
            mapping["time"] = answered["time_column"]
        given |= {
            name: answered[about]
            for name, about in (("time_format", "time"), ("decimal_mark", "price"))
            if about in answered
        }
        types = import_reading.chosen_types(codes or [], meanings)
        try:
            paths = _paths(home, files)
            chosen = {
                table: imports.check_file(home, file, current_folders())
                for table, file in tables.items()
                if file
            }
            request = ImportRequest(
                paths,
                (name or "").strip(),
                mapping,
                mode=mode,
                types=types,
                products=chosen.get(PRODUCTS),
                buyers=chosen.get(BUYERS),
                **_answers(given),
            )
            imports.start(home, request)
        except BadInput as error:
            return dash.no_update, str(error)
        return None, ""


def _paths(home: Home, files: list[str]) -> list[Path]:
    return [imports.check_file(home, file, current_folders()) for file in files]


def _answers(given: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the fields as a request holds them: None for an empty one."""
    texts = {key: value.strip() for key, value in given.items() if isinstance(value, str)}
    guests = texts.pop("guests", "")
    return {key: value or None for key, value in texts.items()} | {
        "header_line": given["header_line"],
        "guests": [guest.strip() for guest in guests.split(",")] if guests else None,
    }


def _by_name(names: list[dict[str, str]], values: list[Any]) -> dict[str, str]:
    """Return the values of controls by the column or question that their ids name."""
    return {
        name.get("column", name.get("about", "")): (value or "").strip()
        for name, value in zip(names, values, strict=True)
    }


def _look(home: Home, table: str, file: Path, states: Sequence[Any]) -> SideTablePreview:
    """Return the preview of a side table beside the log, read as the form says."""
    files, roles, columns, encoding, header_line, sheet = states
    given = {"encoding": encoding, "header_line": header_line, "sheet": sheet}
    log = ImportRequest(_paths(home, files), "", **_answers(given))
    column = _by_name(roles, columns).get(IDS[table], "")
    return side_tables.preview_beside_log(home, log, column, table, file)


def _check_form(files: list[Path], sample: Preview | None, tables: dict[str, str]) -> html.Div:
    """Return the guessed mapping of columns for correction, the name and the start button.

    Files at Kaggle and large archives have no preview. ``tables`` are the side tables beside the
    log: table → file.
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
        dbc.Input(
            id=FORMAT,
            type="text",
            placeholder="%d/%m/%Y %H:%M",
            autoComplete="off",
            debounce=True,
        ),
        hint=_("Only if the times cannot be read."),
    )
    decimal_mark = kit.field(
        _("Decimal mark of prices"),
        dbc.Select(
            id=MARK,
            options=[
                {"label": _("as the prices show"), "value": ABSENT},
                {"label": _("point: 1,299.00"), "value": "."},
                {"label": _("comma: 1.299,00"), "value": ","},
            ],
            value=ABSENT,
        ),
    )
    encoding = kit.field(
        _("Encoding"),
        dbc.Input(id=ENCODING, type="text", placeholder="utf-8", autoComplete="off", debounce=True),
        hint=_("Only if letters are wrong."),
    )
    header_line = kit.field(
        _("Line of the header"),
        dbc.Input(id=HEADER, type="number", min=0, step=1, autoComplete="off", debounce=True),
        hint=_("Only if the columns are wrong; 0 for none."),
    )
    guests = kit.field(
        _("Buyers who are not known"),
        dbc.Input(
            id=GUESTS, type="text", placeholder="-1, guest", autoComplete="off", debounce=True
        ),
        hint=_("Only if guests are wrong: their ids, with commas between; - for none."),
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
            _sheet(sample.sheets if sample else ()),
            html.Fieldset(import_reading.reading(sample), id=READING, className="stack"),
            html.Div(
                [time_format, decimal_mark, encoding, header_line, guests, name, mode],
                className="import-name",
            ),
            html.Details(
                [
                    html.Summary(_("Tables of products and buyers, if there are any")),
                    side_table_fields.layout(SIDE, tables),
                ],
                open=bool(tables),
                className="side-change",
            ),
            kit.button(_("Import"), START, kind="primary"),
        ],
        className="import-check stack",
    )


def _sheet(sheets: Sequence[str]) -> html.Div:
    """Return the choice of a sheet, which is hidden where a file has no more than one."""
    choice = kit.field(
        _("Sheet"),
        dbc.Select(
            id=SHEET,
            options=[{"label": _("all that hold a log"), "value": ABSENT}]
            + [{"label": sheet, "value": sheet} for sheet in sheets],
            value=ABSENT,
        ),
    )
    return html.Div(choice, className="import-name", hidden=len(sheets) < 2)
