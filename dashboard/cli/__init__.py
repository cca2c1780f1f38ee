"""The command line: the same capabilities as the pages, for scripts and for checks.

Commands import what they need when they run, so that ``--help`` answers at once and no command
loads TensorFlow that does not train.
"""

import logging
import sys
from collections.abc import Sequence

import click

from dashboard.cli.group import cli
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``vitrina``; those of the process by default.
    """
    if sys.platform == "win32":  # signals, process groups and priorities are those of POSIX
        words = _("Vitrina runs on Linux and macOS; on Windows, run it inside WSL.")
        sys.exit(_complain(words, 1))
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 2 for bad input, 1 for a failure."""
    try:
        result = cli.main(args=arguments, prog_name="vitrina", standalone_mode=False)
    except VitrinaError as error:
        return _complain(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        return _complain(error.format_message(), 2)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has seen enough; Python would complain when flushing
        return 0
    except Exception as error:  # the last resort: nothing may reach a person as a traceback
        return _complain(_unexpected(error), 1)
    return result if isinstance(result, int) else 0


def _complain(sentence: str, code: int) -> int:
    """Say on one line of stderr what is wrong, and return the exit code."""
    click.echo(" ".join(sentence.split()), err=True)
    return code


def _unexpected(error: Exception) -> str:
    """Keep the traceback in the home's log and return a sentence that says where it is."""
    log = Home.default().path / "errors.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(filename=log, format="%(asctime)s %(message)s", force=True)
        logging.exception("unexpected failure of a command")
    except OSError:
        return _("Unexpected failure: {error}.").format(error=error)
    return _("Unexpected failure: {error}; the details are in {log}.").format(error=error, log=log)
