"""The queue: which run starts next, how many run at once, and whether it is paused."""

import os
from collections import Counter
from typing import Any

import psutil
from sqlalchemy import case, func, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.repository import Repository, transition
from dashboard.jobs.run import Run, from_row
from dashboard.jobs.schema import RUNS, SETTINGS
from dashboard.jobs.states import ACTIVE, State
from data.errors import BadInput, Damaged
from data.i18n import _

TRAINING = "train"
# Imports and scorings are short and do not wait for trainings.
PARALLEL_OTHERS = 2
SEARCHING, BACKTESTING = "search", "backtest"
SERIES = (SEARCHING, BACKTESTING)
"""Kinds that only wait for trainings of their own, for hours: they take no place of another one."""
PARALLEL_SERIES = 4
_GIB_A_TRAINING = 4
WAITING = (RUNS.c.state == State.QUEUED.value) & RUNS.c.deleted.is_(None)
_ORDER = (RUNS.c.priority.desc(), RUNS.c.queued, RUNS.c.id)


class Queue:
    """The queued runs of a home, and the settings of the queue.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock

    def claim(self) -> Run | None:
        """Take the next run that may start and make it ``starting``; None when there is none.

        Higher priority goes first, then the longest wait. A run is claimed once, however many
        workers claim at the same time.
        """
        with self._database.read() as connection:
            if connection.execute(select(RUNS.c.id).where(WAITING).limit(1)).first() is None:
                return None
        with self._database.write() as connection:
            if setting(connection, "paused", False):
                return None
            kinds = self._kinds_with_room(connection)
            first = (
                select(RUNS.c.id).where(WAITING, kinds).order_by(*_ORDER).limit(1).scalar_subquery()
            )
            row = transition(
                connection,
                RUNS.c.id == first,
                State.STARTING,
                attempt=RUNS.c.attempt + 1,
                started=func.coalesce(RUNS.c.started, self._clock()),
                heartbeat=self._clock(),
                pid=None,
                born=None,
            )
            if row is None:
                return None
            try:
                return from_row(row)
            except Damaged as error:  # nobody could work on it; the next call claims the next one
                message = str(error)
                transition(connection, RUNS.c.id == row.id, State.FAILED, message=message)
                return None

    def _kinds_with_room(self, connection: Connection) -> Any:
        """Return the condition that a run's kind has fewer active runs than its limit."""
        groups = {TRAINING: TRAINING, **dict.fromkeys(SERIES, "series")}
        group = case(groups, value=RUNS.c.kind, else_="other")
        active: Counter[str] = Counter()
        for name, number in connection.execute(
            select(group, func.count()).where(RUNS.c.state.in_(ACTIVE)).group_by(group)
        ):
            active[name] = number
        limits = {
            TRAINING: self._parallel(connection),
            "series": PARALLEL_SERIES,
            "other": PARALLEL_OTHERS,
        }
        return group.in_([name for name, limit in limits.items() if active[name] < limit])

    def waiting(self) -> list[str]:
        """Return the names of the queued runs, the one that starts next first."""
        with self._database.read() as connection:
            rows = connection.execute(select(RUNS.c.run).where(WAITING).order_by(*_ORDER))
            return [row.run for row in rows]

    def paused(self) -> bool:
        """Return whether the queue is paused: active runs go on, no other starts."""
        with self._database.read() as connection:
            return bool(setting(connection, "paused", False))

    def pause(self, paused: bool = True) -> None:
        """Pause the queue, or let it go on."""
        with self._database.write() as connection:
            set_setting(connection, "paused", paused)

    def parallel(self) -> int:
        """Return how many trainings may run at once."""
        with self._database.read() as connection:
            return self._parallel(connection)

    def chosen_parallel(self) -> int | None:
        """Return the limit that was set; None while it follows cores and memory."""
        with self._database.read() as connection:
            limit = setting(connection, "parallel", None)
            return None if limit is None else int(limit)

    def set_parallel(self, limit: int | None) -> None:
        """Set how many trainings may run at once; None follows cores and memory.

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
        with self._database.write() as connection:
            set_setting(connection, "parallel", limit)

    def _parallel(self, connection: Connection) -> int:
        limit = setting(connection, "parallel", None)
        return default_parallel() if limit is None else int(limit)


def default_parallel(cores: int | None = None, memory: int | None = None) -> int:
    """Return how many trainings this machine runs at once: one per two cores and 4 GiB of memory.

    Parameters
    ----------
    cores : int, optional
        Processor cores; default: of this machine.
    memory : int, optional
        Memory in bytes; default: of this machine.

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


def set_setting(connection: Connection, name: str, value: object) -> None:
    """Change a setting of the home."""
    changed = connection.execute(
        update(SETTINGS).where(SETTINGS.c.name == name).values(value=value)
    )
    if not changed.rowcount:
        connection.execute(insert(SETTINGS).values(name=name, value=value))
