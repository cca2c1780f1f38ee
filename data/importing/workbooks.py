"""Workbooks: their sheets, and the text of their cells."""

import csv
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from data.bounded_process import BoundedProcess, is_bounded
from data.errors import BadInput
from data.i18n import _
from data.importing.file_kind import is_workbook
from data.importing.paths import check_members
from data.importing.streams import check_unpacked
from data.progress import ShouldStop, never, raise_if_stopped

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_HEAD = 1 << 16
_LARGEST_CELL = 1e15
_MEMORY = 3 << 30
_SECONDS = 1800.0

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the sheets of a workbook, in order; none for a file that is no workbook."""
    return tuple(open_workbook(path, path.name).sheet_names) if _has_sheets(path) else ()


def hidden_sheets(path: Path) -> tuple[str, ...]:
    """Return the sheets of a workbook that are hidden and so are not read unless they are named."""
    return apart(never, _hidden, path) if _has_sheets(path) else ()


def _hidden(path: Path) -> tuple[str, ...]:
    return hidden_among(open_workbook(path, path.name))


def apart(
    should_stop: ShouldStop,
    function: Callable[Parameters, Result],
    *args: Parameters.args,
    **kw: Parameters.kwargs,
) -> Result:
    """Call a function that reads a workbook in a process of its own, and return its result.

    A sheet takes memory for each cell up to its last row and column, and for each that is repeated,
    although its file names a few; the reader ends its process when there is not as much.

    Raises
    ------
    BadInput
        Where it takes too much memory or time.
    Cancelled
        When ``should_stop`` returned true.
    """
    if is_bounded():
        return function(*args, **kw)
    process = BoundedProcess(_MEMORY, _SECONDS, lambda: raise_if_stopped(should_stop))
    try:
        return process.call(function, *args, **kw)
    finally:
        process.close()


def write_sheets(path: Path, name: str, sheet: str, folder: Path) -> list[tuple[str, Path]]:
    """Write the sheets of a workbook as CSV files, and return their titles and files.

    Parameters
    ----------
    path : Path
    name : str
        What people call the workbook.
    sheet : str
        The sheet to write; empty for all that are not hidden.
    folder : Path
        Receives the files.

    Raises
    ------
    BadInput
        Where the workbook is damaged, has no such sheet or too many, or where its cells take much
        more space than its file.
    """
    workbook = open_workbook(path, name)
    titles = list(workbook.sheet_names)
    check_members(len(titles), name)
    if sheet and sheet not in titles:
        raise BadInput(
            _("{file} has no sheet {sheet}; its sheets are: {names}.").format(
                file=name, sheet=sheet, names=", ".join(titles)
            )
        )
    hidden = hidden_among(workbook)
    size, written = path.stat().st_size, 0
    files: list[tuple[str, Path]] = []
    for title in [sheet] if sheet else [other for other in titles if other not in hidden]:
        target = folder / f"sheet-{len(files)}.csv"
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for row in sheet_rows(workbook, title, name):
                texts = [cell_text(value) for value in row]
                written += sum(map(len, texts)) + len(texts)
                check_unpacked(written, size)
                writer.writerow(texts)
        files.append((title, target))
    return files


def _has_sheets(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(_HEAD)
    return is_workbook(path, start)


def hidden_among(workbook: "CalamineWorkbook") -> tuple[str, ...]:
    """Return the hidden sheets; none where all are."""
    from python_calamine import SheetVisibleEnum

    sheets = workbook.sheets_metadata
    hidden = tuple(sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible)
    return hidden if len(hidden) < len(sheets) else ()


def open_workbook(path: Path, name: str) -> "CalamineWorkbook":
    """Open a workbook; refuse one that is damaged or locked."""
    from python_calamine import CalamineError, CalamineWorkbook

    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            check_unpacked(sum(i.file_size for i in archive.infolist()), path.stat().st_size)
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise _damaged(name) from error


def sheet_rows(workbook: "CalamineWorkbook", title: str, name: str) -> Iterator[list[Any]]:
    """Yield the rows of a sheet; refuse one that is damaged."""
    from python_calamine import CalamineError

    try:
        yield from workbook.get_sheet_by_name(title).iter_rows()
    except CalamineError as error:
        raise _damaged(name) from error


def _damaged(name: str) -> BadInput:
    return BadInput(
        _("{file} is a damaged or locked workbook; save it again, or as CSV.").format(file=name)
    )


def cell_text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, times in ISO 8601.

    A workbook keeps 15 digits of a number; one that has more shows that some are missing.

    >>> cell_text(13085.0), cell_text(2.5), cell_text(datetime(2019, 11, 1, 8, 26))
    ('13085', '2.5', '2019-11-01 08:26:00')
    >>> cell_text(1515915625441993984)
    '1.51591562544199E+18'
    """
    if isinstance(value, int | float) and abs(value) >= _LARGEST_CELL:
        return f"{value:.14E}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\r", " ").replace("\n", " ")
