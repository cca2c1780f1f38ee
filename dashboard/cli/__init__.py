"""The command line.

Commands import their dependencies when they run, so that ``--help`` is fast and only commands that
train load TensorFlow.
"""

import logging
import os
import signal
import sys
from collections.abc import Sequence

import click

from dashboard.cli.group import cli
from dashboard.cli.options import INTERRUPTED, command_home, printable
from data.datasets.interruption import statements_end_at_ctrl_c
from data.errors import VitrinaError, is_interruption, is_lack_of_memory
from data.files import is_disk_full
from data.i18n import _


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments after ``vitrina``; by default those of the process.
    """
    if sys.platform == "win32":  # signals, process groups and priorities are those of POSIX
        words = _("Vitrina runs on Linux and macOS; on Windows, run it inside WSL.")
        sys.exit(_print_error(words, 1))
    with statements_end_at_ctrl_c():
        try:
            code = run(arguments)
        except KeyboardInterrupt:  # the signal's handler runs after the statement that it ended
            code = _interrupted()
    if code == INTERRUPTED:
        # Threads of libraries may still run; some abort when the interpreter ends around them.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command is done, and has said so
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0, 2 for bad input, 1 for a failure.

    It is 130 where Ctrl-C ended it.
    """
    words = sys.argv[1:] if arguments is None else arguments
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        return _print_error(_("A word of the command is not text in UTF-8; rename the file."), 2)
    try:
        result = cli.main(args=arguments, prog_name="vitrina", standalone_mode=False)
    except VitrinaError as error:
        return _print_error(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        return _print_error(error.format_message(), 2)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has closed the pipe; Python would fail to flush
        return 0
    except (KeyboardInterrupt, Exception) as error:  # last resort: users never see a traceback
        if isinstance(error, click.Abort) or is_interruption(error):
            return _interrupted()
        return _print_error(_unexpected(error), 1)
    return result if isinstance(result, int) else 0


def _interrupted() -> int:
    return _print_error(_("Interrupted before the end."), INTERRUPTED)


def _print_error(sentence: str, code: int) -> int:
    """Print an error on one line of stderr and return the exit status."""
    click.echo(printable(" ".join(sentence.split())), err=True)
    return code


def _unexpected(error: BaseException) -> str:
    """Return a sentence that names a file, or the log in the home with the traceback."""
    if isinstance(error, OSError) and error.filename is not None:
        words = _("{file} cannot be used: {reason}.")
        return words.format(file=error.filename, reason=error.strerror)
    if is_disk_full(error):
        return _("The disk is full; free some space and try again.")
    if is_lack_of_memory(error):
        return _("There is not enough memory for this; end other programs and try again.")
    log = command_home().path / "errors.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(filename=log, format="%(asctime)s %(message)s", force=True)
        logging.exception("unexpected failure of a command")
    except OSError:
        return _("Unexpected failure: {error}.").format(error=error)
    return _("Unexpected failure: {error}; the details are in {log}.").format(error=error, log=log)
