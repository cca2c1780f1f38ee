"""Reasons why runs fail or are interrupted, each with a title and advice."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data.errors import BadInput, VitrinaError, is_lack_of_memory
from data.i18n import N_, _

MEMORY = "out_of_memory"
DISK = "disk_full"
NOT_A_NUMBER = "not_a_number"
KILLED = "killed"
LOST = "lost"
SHUTDOWN = "shut_down"
DATA = "data_removed"
INPUT = "bad_input"
START = "not_started"
ERROR = "error"

# Title and advice of each reason, translated where they are shown.
_TEXTS: dict[str, tuple[str, str]] = {
    MEMORY: (
        N_("Memory ran out"),
        N_(
            "End other programs and resume, or clone the run with a smaller batch size, history"
            " length or network."
        ),
    ),
    DISK: (N_("The disk is full"), N_("Free some space where the home folder is, then resume.")),
    NOT_A_NUMBER: (
        N_("The loss became NaN or infinite"),
        N_("Clone the run with a lower learning rate, or with gradient clipping."),
    ),
    KILLED: (
        N_("The process was killed"),
        N_(
            "Resume to continue from the last completed epoch; if it happens again, check "
            "memory use."
        ),
    ),
    LOST: (
        N_("The process stopped responding"),
        N_("Resume to continue from the last completed epoch."),
    ),
    SHUTDOWN: (
        N_("Vitrina was shut down"),
        N_("Resume to continue from the last completed epoch."),
    ),
    DATA: (N_("The data was removed"), N_("Import the dataset again under its name, then resume.")),
    INPUT: (N_("The input cannot be used"), N_("Correct what the message names and start again.")),
    START: (N_("The process could not be started"), N_("Read the log, then resume.")),
    ERROR: (
        N_("An unexpected error"),
        N_("Resume; if it happens again, the last lines of the log tell why."),
    ),
}
REASONS = tuple(_TEXTS)

# A child that cannot write to the table states the reason by its exit status.
STOPPED_STATUS = 63
_FIRST_STATUS = 64


@dataclass(frozen=True)
class Explanation:
    """Title and advice of a reason."""

    title: str
    advice: str


def explain(reason: str | None) -> Explanation:
    """Return title and advice of a reason, in the current language.

    Examples
    --------
    >>> explain("disk_full").title
    'The disk is full'
    """
    title, advice = _TEXTS[reason if reason in _TEXTS else ERROR]
    return Explanation(_(title), _(advice))


def status_of(reason: str) -> int:
    """Return the exit status of a reason."""
    return _FIRST_STATUS + REASONS.index(reason)


def reason_of(status: int) -> str | None:
    """Return the reason of an exit status, None for one without.

    Examples
    --------
    >>> reason_of(status_of("disk_full")), reason_of(0)
    ('disk_full', None)
    """
    position = status - _FIRST_STATUS
    return REASONS[position] if 0 <= position < len(REASONS) else None


def classify(error: BaseException, dataset_exists: bool = True) -> str:
    """Return the reason for an exception that ended a run.

    Parameters
    ----------
    error : BaseException
        The exception; its causes are examined too.
    dataset_exists : bool
        Whether the dataset of the run still exists.

    Examples
    --------
    >>> classify(OSError(28, "No space left on device"))
    'disk_full'
    """
    link: BaseException | None = error
    while link is not None:
        for reason, holds in _SIGNS.items():
            if holds(link):
                return reason
        link = link.__cause__ or link.__context__
    if not dataset_exists:
        return DATA
    return INPUT if isinstance(error, BadInput) else ERROR


def sentence(error: BaseException) -> str:
    """Return one line that describes an exception to a user."""
    if isinstance(error, VitrinaError | FloatingPointError):
        return str(error)
    first = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first.strip()[:300]}" if first else type(error).__name__


def oom_kills(counters: Path = Path("/proc/vmstat")) -> int:
    """Return how many processes the system has killed for lack of memory since it started.

    Always 0 where the system does not count them.
    """
    try:
        for line in counters.read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def _is_memory(error: BaseException) -> bool:
    # TensorFlow's ResourceExhaustedError is known by name: this module must not import it.
    return (
        is_lack_of_memory(error)
        or type(error).__name__ == "ResourceExhaustedError"
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
    )


def _is_disk(error: BaseException) -> bool:
    # HDF5 and SQLite report a full disk by message, without the error number.
    full = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    if isinstance(error, OSError) and error.errno in full:
        return True
    words = str(error).lower()
    return any(
        sign in words
        for sign in ("no space left", "disk is full", "file too large", "quota exceeded")
    )


_SIGNS: dict[str, Callable[[BaseException], bool]] = {
    MEMORY: _is_memory,
    DISK: _is_disk,
    NOT_A_NUMBER: lambda error: isinstance(error, FloatingPointError),
}
