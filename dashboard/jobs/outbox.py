"""The outbox: messages about events, written in the transaction of the event and sent afterwards.

A message is claimed before it is sent and marked as sent afterwards. Where the process is killed in
between, nobody knows whether the message arrived: it is sent again, with the same key, so that a
message is delivered at least once, and exactly once to a receiver that heeds the key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.failures import NOT_A_NUMBER, SHUTDOWN
from dashboard.jobs.queue import BACKTESTING, SEARCHING, SERIES, TRAINING
from dashboard.jobs.repository import Repository
from dashboard.jobs.schema import OUTBOX, RUNS
from dashboard.jobs.states import State

FINISHED, FAILED, DIVERGED = "run_finished", "run_failed", "run_diverged"
ARRIVED, FELL = "data_arrived", "model_fell"
REPLACED, CANDIDATE = "model_replaced", "candidate_left"
EVENTS = (FINISHED, FAILED, DIVERGED, ARRIVED, FELL, REPLACED, CANDIDATE)
"""Events that are told."""

MOST_MESSAGES, WINDOW_SECONDS = 30, 600.0
"""No more than this many messages are sent within this time; others wait."""
MOST_ATTEMPTS = 8
_CLAIM_SECONDS = 600.0  # longer than any target takes
_FIRST_PAUSE, _LONGEST_PAUSE = 15.0, 3600.0
_DAY = 86_400.0
_TOLD_SECONDS = 7 * _DAY  # how long a row stays after it was written


@dataclass(frozen=True)
class Message:
    """A message about an event.

    Attributes
    ----------
    key : str
        Identifies the event.
    event : str
        One of ``EVENTS``.
    data : dict
        What it is about: ``run``, ``dataset``, ``kind`` and, where there is one, ``message``.
    created : float
        Seconds since 1970 UTC.
    attempts : int
        How often it was sent or tried.
    delivered : tuple of str
        Hashes of the targets that took it.
    sent : float or None
        When every target had taken it.
    dropped : str or None
        Why it is sent no more: ``no_target``, ``attempts`` or ``age``.
    """

    key: str
    event: str
    data: Mapping[str, Any]
    created: float
    attempts: int
    delivered: tuple[str, ...]
    sent: float | None
    dropped: str | None


class Outbox:
    """The messages of a home.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock
        self._node = repository.node
        self._start = repository.clock()

    def add(self, event: str, key: str, data: Mapping[str, Any]) -> None:
        """Write a message, once for each key."""
        with self._database.write() as connection:
            add_message(connection, event, key, data, self._clock())

    def newest(self, limit: int) -> list[Message]:
        """Return the newest messages, the latest first."""
        with self._database.read() as connection:
            return newest_messages(connection, limit)

    def has_due(self) -> bool:
        """Return whether a message waits that may be sent now."""
        with self._database.read() as connection:
            return self._next(connection) is not None

    def claim(self) -> Message | None:
        """Take the next message that may be sent now; None where there is none."""
        with self._database.read() as connection:
            if self._next(connection) is None:
                return None
        with self._database.write() as connection:
            row = self._next(connection)
            if row is None:
                return None
            claimed = connection.execute(
                update(OUTBOX)
                .where(OUTBOX.c.id == row.id)
                .values(claimed=self._clock(), node=self._node, attempts=OUTBOX.c.attempts + 1)
                .returning(OUTBOX)
            ).one()
            return _from_row(claimed)

    def record(self, message: Message, delivered: Sequence[str], missing: bool) -> None:
        """Record which targets took a message; it is sent again to the missing ones, later.

        Parameters
        ----------
        message : Message
        delivered : sequence of str
            Hashes of the targets that have taken it.
        missing : bool
            Whether a target has not.
        """
        now = self._clock()
        values: dict[str, Any] = {"delivered": list(delivered), "claimed": None}
        if not missing:
            values["sent"] = now
        elif message.attempts >= MOST_ATTEMPTS:
            values["dropped"] = "attempts"
        else:
            pause = _FIRST_PAUSE * 2 ** (message.attempts - 1)
            values["due"] = now + min(pause, _LONGEST_PAUSE)
        with self._database.write() as connection:
            connection.execute(update(OUTBOX).where(OUTBOX.c.key == message.key).values(**values))

    def drop_waiting(self) -> None:
        """Send no message that waits: there is nobody to tell.

        Of several machines, the worker of another one may have somebody.
        """
        if not self._database.is_file:
            return
        waiting = OUTBOX.c.sent.is_(None) & OUTBOX.c.dropped.is_(None)
        with self._database.read() as connection:
            if connection.execute(select(OUTBOX.c.id).where(waiting).limit(1)).first() is None:
                return
        with self._database.write() as connection:
            connection.execute(update(OUTBOX).where(waiting).values(dropped="no_target"))

    def purge(self) -> None:
        """Drop messages of more than a day ago that were not sent; delete those of a week ago."""
        now = self._clock()
        waiting = OUTBOX.c.sent.is_(None) & OUTBOX.c.dropped.is_(None)
        with self._database.write() as connection:
            connection.execute(
                update(OUTBOX).where(waiting, OUTBOX.c.created < now - _DAY).values(dropped="age")
            )
            connection.execute(delete(OUTBOX).where(OUTBOX.c.created < now - _TOLD_SECONDS))

    def _next(self, connection: Connection) -> Row[Any] | None:
        """Return the oldest message that may be sent.

        A claim of an earlier process of this machine is void, and so is one of long ago.
        """
        now = self._clock()
        recent = select(func.count()).where(OUTBOX.c.sent > now - WINDOW_SECONDS)
        if (connection.execute(recent).scalar() or 0) >= MOST_MESSAGES:
            return None
        return connection.execute(
            select(OUTBOX)
            .where(
                OUTBOX.c.sent.is_(None),
                OUTBOX.c.dropped.is_(None),
                OUTBOX.c.due <= now,
                or_(
                    OUTBOX.c.claimed.is_(None),
                    and_(OUTBOX.c.node == self._node, OUTBOX.c.claimed < self._start),
                    OUTBOX.c.claimed < now - _CLAIM_SECONDS,
                ),
            )
            .order_by(OUTBOX.c.id)
            .limit(1)
        ).one_or_none()


def newest_messages(connection: Connection, limit: int) -> list[Message]:
    """Return the newest messages, the latest first."""
    rows = connection.execute(select(OUTBOX).order_by(OUTBOX.c.id.desc()).limit(limit))
    return [_from_row(row) for row in rows]


def add_message(
    connection: Connection, event: str, key: str, data: Mapping[str, Any], now: float
) -> None:
    """Write a message within the transaction of its event, once for each key."""
    known = select(OUTBOX.c.id).where(OUTBOX.c.key == key)
    if connection.execute(known).first() is None:
        connection.execute(
            insert(OUTBOX).values(
                key=key,
                event=event,
                data=dict(data),
                created=now,
                due=now,
                attempts=0,
                delivered=[],
            )
        )


def add_end_of_run(connection: Connection, run: Row[Any], now: float) -> None:
    """Write the message about the end of an attempt at a run, if it is one to be told.

    A person who stops a run or shuts the server down need not be told, and a training of a series
    is told as part of it.
    """
    event = _event(run)
    if event is None or _is_part_of_series(connection, run):
        return
    data = {"run": run.run, "dataset": run.dataset, "kind": run.kind, "message": run.message}
    add_message(connection, event, f"{run.run}/{run.attempt}/{run.state}", data, now)


def _event(run: Row[Any]) -> str | None:
    if run.state == State.FINISHED:
        if run.kind == "import":
            return ARRIVED
        return FINISHED if run.kind in {TRAINING, SEARCHING, BACKTESTING} else None
    if run.state == State.FAILED:
        return DIVERGED if run.reason == NOT_A_NUMBER else FAILED
    if run.state == State.INTERRUPTED and run.reason != SHUTDOWN:
        return FAILED
    return None


def _is_part_of_series(connection: Connection, run: Row[Any]) -> bool:
    if run.kind != TRAINING or not run.tags:
        return False
    series = select(RUNS.c.id).where(RUNS.c.run.in_(run.tags), RUNS.c.kind.in_(SERIES))
    return connection.execute(series.limit(1)).first() is not None


def _from_row(row: Row[Any]) -> Message:
    return Message(
        row.key,
        row.event,
        row.data or {},
        row.created,
        row.attempts,
        tuple(row.delivered or ()),
        row.sent,
        row.dropped,
    )
