"""The log of a worker: what it prints."""

import time
from contextlib import suppress


def log(message: str) -> None:
    """Print a line with the time."""
    with suppress(OSError):  # a full disk must not end the worker because a log line is missing
        print(time.strftime("%Y-%m-%d %H:%M:%S"), message, flush=True)  # noqa: T201 - its log
