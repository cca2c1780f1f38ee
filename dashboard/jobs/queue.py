"""The queue: who is next, how many at once, and whether anything starts at all."""

import os
from collections import Counter
from typing import Any

import psutil
from sqlalchemy import case, func, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.repository import Rows, move
from dashboard.jobs.run import Run, from_row
from dashboard.jobs.schema import RUNS, SETTINGS
from dashboard.jobs.states import ACTIVE, State
from data.errors import BadInput
from data.i18n import _

TRAINING = "train"
# Imports and scorings are short, and must not wait behind a training of eight hours.
PARALLEL_OTHERS = 2
SEARCHING = "search"
# A search only waits for trainings, for hours: it must not stand in anybody's way.
PARALLEL_SEARCHES = 4
_GIB_A_TRAINING = 4
WAITING = (RUNS.c.state == State.QUEUED.value) & RUNS.c.deleted.is_(None)
_ORDER = (RUNS.c.priority.desc(), RUNS.c.queued, RUNS.c.id)


class Queue(Rows):
    """The half of the table that decides what starts next."""

    def claim(self) -> Run | None:
        """Take the next run that may start and make it ``starting``; None when there is none.

        Higher priority goes first, then whoever waited longest. However many workers ask at
        once, each run is given to one of them.
        """
        with self.database.read() as connection:
            if connection.execute(select(RUNS.c.id).where(WAITING).limit(1)).first() is None:
                return None
        with self.database.write() as connection:
            if setting(connection, "paused", False):
                return None
            kinds = self._kinds_with_room(connection)
            chosen = (
                select(RUNS.c.id).where(WAITING, kinds).order_by(*_ORDER).limit(1).scalar_subquery()
            )
            row = move(
                connection,
                RUNS.c.id == chosen,
                State.STARTING,
                attempt=RUNS.c.attempt + 1,
                started=func.coalesce(RUNS.c.started, self.clock()),
                heartbeat=self.clock(),
                pid=None,
                born=None,
            )
            return None if row is None else from_row(row)

    def _kinds_with_room(self, connection: Connection) -> Any:
        of_their_own = {TRAINING: TRAINING, SEARCHING: SEARCHING}
        lane = case(of_their_own, value=RUNS.c.kind, else_="other")
        busy: Counter[str] = Counter()
        for name, number in connection.execute(
            select(lane, func.count()).where(RUNS.c.state.in_(ACTIVE)).group_by(lane)
        ):
            busy[name] = number
        limits = {
            TRAINING: self._parallel(connection),
            SEARCHING: PARALLEL_SEARCHES,
            "other": PARALLEL_OTHERS,
        }
        return lane.in_([name for name, limit in limits.items() if busy[name] < limit])

    def position(self, run: str) -> int | None:
        """Return a waiting run's place in the queue, 1 for the next; None when it does not wait."""
        with self.database.read() as connection:
            self._row(connection, run)
            waiting = connection.execute(select(RUNS.c.run).where(WAITING).order_by(*_ORDER))
            places = {row.run: place for place, row in enumerate(waiting, 1)}
        return places.get(run)

    def paused(self) -> bool:
        """Tell whether the queue is held: what runs goes on, nothing new starts."""
        with self.database.read() as connection:
            return bool(setting(connection, "paused", False))

    def pause(self, hold: bool = True) -> None:
        """Hold the queue, or let it go on."""
        with self.database.write() as connection:
            _set(connection, "paused", hold)

    def parallel(self) -> int:
        """Return how many trainings may run at once."""
        with self.database.read() as connection:
            return self._parallel(connection)

    def chosen_parallel(self) -> int | None:
        """Return the limit that a person set; None where it goes by cores and memory."""
        with self.database.read() as connection:
            limit = setting(connection, "parallel", None)
            return None if limit is None else int(limit)

    def set_parallel(self, limit: int | None) -> None:
        """Set how many trainings may run at once; None means by cores and memory.

        Raises
        ------
        BadInput
            When the limit is less than 1 or more than 64.
        """
        if limit is not None and not 1 <= limit <= 64:
            raise BadInput(
                _("{number} runs at once is not possible; choose from 1 to 64.").format(
                    number=limit
                )
            )
        with self.database.write() as connection:
            _set(connection, "parallel", limit)

    def _parallel(self, connection: Connection) -> int:
        limit = setting(connection, "parallel", None)
        return default_parallel() if limit is None else int(limit)


def default_parallel(cores: int | None = None, memory: int | None = None) -> int:
    """Return how many trainings this machine can carry: one for two cores and 4 GiB of memory.

    Parameters
    ----------
    cores : int, optional
        Processor cores; this machine's where none are given.
    memory : int, optional
        Memory in bytes; this machine's where none is given.

    Examples
    --------
    >>> default_parallel(2, 8 << 30), default_parallel(16, 16 << 30)
    (1, 4)
    """
    cores = cores or os.cpu_count() or 1
    memory = memory or psutil.virtual_memory().total
    return max(1, min(cores // 2, round(memory / (_GIB_A_TRAINING << 30))))


def setting(connection: Connection, name: str, default: object) -> Any:
    """Return a setting of the home."""
    row = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == name)).first()
    return default if row is None else row.value


def _set(connection: Connection, name: str, value: object) -> None:
    changed = connection.execute(
        update(SETTINGS).where(SETTINGS.c.name == name).values(value=value)
    )
    if not changed.rowcount:
        connection.execute(insert(SETTINGS).values(name=name, value=value))
