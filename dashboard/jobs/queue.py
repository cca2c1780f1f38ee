"""The queue: which run starts next, how many run at once, and whether it is paused."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psutil
from sqlalchemy import ColumnElement, case, func, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.repository import Repository, transition
from dashboard.jobs.run import Run, from_row
from dashboard.jobs.schema import RUNS, SETTINGS, WORKERS
from dashboard.jobs.states import ACTIVE, State
from data.errors import BadInput, Damaged
from data.i18n import _

TRAINING, IMPORTING = "train", "import"
# Imports and scorings are short and do not wait for trainings.
PARALLEL_OTHERS = 2
SEARCHING, BACKTESTING, RETRAINING = "search", "backtest", "retrain"
CHECKING = "check"
SERIES = (SEARCHING, BACKTESTING, RETRAINING)
"""Kinds that only wait for trainings of their own, for hours: they take no place of another one."""
PARALLEL_SERIES = 4
SCORING, PART = "score", "part"
"""Lists of all buyers, and some parts of them for another job: either takes a whole machine."""
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
        self._node = repository.node

    def claim(
        self, slots: int | None = None, machines: int = 1, labels: Sequence[str] = ()
    ) -> Run | None:
        """Take the next run that may start and make it ``starting``; None when there is none.

        Higher priority goes first, then the longest wait. A run is claimed once, and no limit is
        exceeded, however many workers claim at the same time.

        Parameters
        ----------
        slots : int, optional
            How many trainings run at once on this machine; default: as many as the limit for all
            machines says where one was set, else by cores and memory.
        machines : int
            How many machines execute the runs of this worker. One that ranks for all buyers, or a
            part of them, takes no other part.
        labels : sequence of str
            Those of this worker: of the runs that ask for a label it takes those with one of these.
        """
        with self._database.read() as connection:
            if connection.execute(select(RUNS.c.id).where(WAITING).limit(1)).first() is None:
                return None
        with self._database.write() as connection:
            if setting(connection, "paused", False):
                return None
            kinds = self._kinds_with_room(connection, slots, machines)
            may_start = select(RUNS.c.id).where(waiting_for(labels), kinds)
            first = may_start.order_by(*_ORDER).limit(1).scalar_subquery()
            row = transition(
                connection,
                RUNS.c.id == first,
                State.STARTING,
                attempt=RUNS.c.attempt + 1,
                started=func.coalesce(RUNS.c.started, self._clock()),
                heartbeat=self._clock(),
                node=self._node,
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

    def _kinds_with_room(self, connection: Connection, slots: int | None, machines: int) -> Any:
        """Return the condition that fewer runs of a run's kind are active than its limit says."""
        groups = {TRAINING: TRAINING, PART: PART, **dict.fromkeys(SERIES, "series")}
        group = case(groups, value=RUNS.c.kind, else_="other")
        everywhere: Counter[str] = Counter()
        here: Counter[str] = Counter()
        for name, node, number in connection.execute(
            select(group, RUNS.c.node, func.count())
            .where(RUNS.c.state.in_(ACTIVE))
            .group_by(group, RUNS.c.node)
        ):
            everywhere[name] += number
            here[name] += number if node == self._node else 0
        limit = _chosen_parallel(connection)
        limits = {
            TRAINING: slots or limit or default_parallel(),
            "series": PARALLEL_SERIES,
            "other": PARALLEL_OTHERS,
            PART: machines - self._scorings_here(connection),
        }
        with_room = {name for name in limits if here[name] < limits[name]}
        if limit is not None and everywhere[TRAINING] >= limit:
            with_room.discard(TRAINING)
        return group.in_(sorted(with_room))

    def _scorings_here(self, connection: Connection) -> int:
        mine = (RUNS.c.kind == SCORING) & (RUNS.c.node == self._node) & RUNS.c.state.in_(ACTIVE)
        return connection.execute(select(func.count()).where(mine)).scalar_one()

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
        """Return how many trainings may run at once, on all machines together."""
        return self.chosen_parallel() or self.possible_parallel()

    def possible_parallel(self) -> int:
        """Return how many trainings run at once where no limit was set: the slots of all workers.

        Before there is a worker, what cores and memory of this machine allow.
        """
        with self._database.read() as connection:
            slots = select(func.sum(WORKERS.c.slots)).where(WORKERS.c.draining.is_(False))
            return connection.execute(slots).scalar() or default_parallel()

    def chosen_parallel(self) -> int | None:
        """Return the limit that was set; None while it follows cores and memory."""
        with self._database.read() as connection:
            return _chosen_parallel(connection)

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


def waiting_for(labels: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a run waits for a worker with these labels."""
    return WAITING & RUNS.c.worker_label.in_(["", *labels])


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


def _chosen_parallel(connection: Connection) -> int | None:
    limit = setting(connection, "parallel", None)
    return None if limit is None else int(limit)


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
