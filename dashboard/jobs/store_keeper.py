"""The upkeep of a store and of a home that is a cache of it, in a thread of its own."""

import threading
import time
from collections.abc import Callable

from data.errors import VitrinaError
from data.home import Home
from data.sharing import mirror_of
from data.sharing.cache_limit import keep_within, limit_of_environment
from data.sharing.folder_table import DATASETS, RUNS, UPLOADS
from data.sharing.mirror import Mirror

PERIOD_SECONDS = 60.0
SWEEP_SECONDS = 6 * 3600.0
ABANDONED_SECONDS = 24 * 3600.0
"""Age at which an object that no row names was left by a crash, and is not being uploaded."""


class StoreKeeper:
    """Deletes objects that no folder has any more, and keeps the home within its limit.

    Several of them, on one machine or many, do no harm.

    Parameters
    ----------
    home : Home
        It has a store.
    log : callable
        Receives a line about what could not be done.

    Raises
    ------
    BadInput
        When the limit of the cache is not written as a size.
    """

    def __init__(self, home: Home, log: Callable[[str], object]) -> None:
        self._home = home
        self._log = log
        self._limit = limit_of_environment()
        self._swept = 0.0
        self._problem = ""

    def start(self) -> None:
        """Begin, until the process ends."""
        threading.Thread(target=self._run, name="store", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                self.tidy()
                self._problem = ""
            except (VitrinaError, OSError) as error:
                if str(error) != self._problem:  # it is said once
                    self._log(str(error))
                self._problem = str(error)
            time.sleep(PERIOD_SECONDS)

    def tidy(self) -> None:
        """Do all that is due.

        Raises
        ------
        VitrinaError, OSError
            When the store or the database cannot be reached; the rest is done the next time.
        """
        mirror = mirror_of(self._home)
        if mirror is None:
            return
        if self._limit is not None:
            keep_within(mirror, self._limit)
        delete_garbage(mirror)
        if not self._swept or time.monotonic() - self._swept > SWEEP_SECONDS:
            sweep(mirror)
            self._swept = time.monotonic()


def delete_garbage(mirror: Mirror) -> None:
    """Delete the objects that folders no longer have, and unused uploads."""
    mirror.table.remove_uploads()
    keys = mirror.table.garbage()
    if keys:
        mirror.objects.delete(keys)
        mirror.table.forget_garbage(keys)


def sweep(mirror: Mirror, age: float = ABANDONED_SECONDS) -> list[str]:
    """Delete the objects that crashed uploads have left, and return their keys.

    Parameters
    ----------
    mirror : Mirror
    age : float
        Seconds since an object was written, by the clock of the store.
    """
    written: dict[str, float] = {}
    for kind in (DATASETS, RUNS, UPLOADS):
        written |= mirror.objects.list(kind)
    known = mirror.table.known_keys()  # read last: what is committed meanwhile is in it
    abandoned = [
        key for key, when in written.items() if key not in known and time.time() - when > age
    ]
    mirror.objects.delete(abandoned)
    return abandoned
