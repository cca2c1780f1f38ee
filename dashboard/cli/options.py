"""Options that commands share, and the functions that print their answers."""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import click

from data.comma_list import read_list
from data.errors import BadInput
from data.files import strict_json
from data.home import PRIVATE, Home
from data.i18n import _

INTERRUPTED = 130
"""Exit status of a command that Ctrl-C has ended."""

_CONTROLS = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "\ufffd")
_CONTROLS |= dict.fromkeys(map(ord, "\t\n\r"), " ")
_JSON_CONTROLS = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
"""Of those that JSON leaves as they are."""

Command = Callable[..., Any]

_HOME: ContextVar[Home | None] = ContextVar("home", default=None)


def command_home() -> Home:
    """Return the home that the command of this process was given, or the default one."""
    return _HOME.get() or Home.default()


def home_option(command: Command) -> Command:
    """Add the option of the ``home`` to a command.

    ``--home``, ``--database`` and ``--store`` may stand before or after the command's name.
    """

    @functools.wraps(command)
    def with_home(
        *,
        home_folder: Path | None,
        database_url: str | None,
        store_url: str | None,
        **options: Any,
    ) -> Any:
        folder, url, store = click.get_current_context().obj
        home = Home.default(home_folder or folder, database_url or url, store_url or store)
        _HOME.set(home)
        is_for_home = options.get("out") is None  # else its user chooses who may read it
        with _private_files() if is_for_home else nullcontext():
            return command(home=home, **options)

    folder = click.option(
        "--home",
        "home_folder",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder with datasets and runs.",
    )
    database = click.option(
        "--database", "database_url", metavar="URL", help="Where the table of runs is."
    )
    store = click.option(
        "--store", "store_url", metavar="URL", help="Where datasets and models are."
    )
    return folder(database(store(with_home)))


@contextmanager
def _private_files() -> Iterator[None]:
    """Let files that the block writes be for their user alone."""
    umask = os.umask(PRIVATE)
    try:
        yield
    finally:
        os.umask(umask)


def served_run_option(command: Command) -> Command:
    """Add the options of its ``run`` and ``placement`` to a command.

    The run is the argument, or the model in service of ``--dataset`` and ``--placement``.
    """

    @functools.wraps(command)
    def with_run(
        *, home: Home, run: str | None, dataset: str | None, placement: str, **options: Any
    ) -> Any:
        from dashboard.services.runs.model_in_service import chosen_run

        run = chosen_run(home, run, dataset, placement)
        return command(home=home, run=run, placement=placement, **options)

    placement_option = click.option(
        "--placement",
        default="",
        help="Apply the rules of this placement; with --dataset, its own model in service.",
    )
    dataset_option = click.option(
        "--dataset", help="Instead of a run: the model in service of this dataset."
    )
    return click.argument("run", required=False)(dataset_option(placement_option(with_run)))


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."
)


def printable(text: str) -> str:
    r"""Return a text that steers no terminal: what comes from a log may hold control characters.

    Examples
    --------
    >>> printable("tea\x1b[2J\nfor two") == "tea\ufffd[2J for two"
    True
    """
    return text.translate(_CONTROLS)


def print_json(answer: Any) -> None:
    """Print one JSON document; numbers that JSON cannot hold become null."""
    click.echo(strict_json(answer).translate(_JSON_CONTROLS))


def print_notes(sentences: Iterable[str]) -> None:
    """Print sentences to the standard error stream, where they do not mix with an answer."""
    for sentence in filter(None, sentences):
        click.echo(printable(sentence), err=True)


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns: the first one to the left, the others to the right."""
    table = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Print one label and value a line."""
    rows = [(printable(label), printable(value)) for label, value in pairs]
    width = max((len(label) for label, _value in rows), default=0)
    for label, value in rows:
        click.echo(f"{label.ljust(width)}  {value}")


def parse_list(line: str, option: str) -> list[str]:
    """Read texts that commas separate; one that holds a comma stands in double quotes.

    Raises
    ------
    BadInput
        Where a quotation mark is not closed, or is closed before the text ends.

    Examples
    --------
    >>> parse_list('"TV 1000, black",TV-2', "--history")
    ['TV 1000, black', 'TV-2']
    """
    try:
        return read_list(line)
    except ValueError as error:
        raise BadInput(
            _(
                "A quotation mark in {option} is not closed; a text that holds a comma is written "
                '"in, quotes", and a quotation mark in it is doubled.'
            ).format(option=option)
        ) from error


def parse_pairs(words: Iterable[str], option: str) -> dict[str, str]:
    """Read ``key=value`` words into a dictionary.

    Raises
    ------
    BadInput
        Where a word has no equals sign or no key.

    Examples
    --------
    >>> parse_pairs(["epochs=3", "loss=full_softmax"], "--set")
    {'epochs': '3', 'loss': 'full_softmax'}
    """
    pairs = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise BadInput(
                _("{option} takes key=value, not “{word}”.").format(option=option, word=word)
            )
        pairs[key.strip()] = value.strip()
    return pairs
