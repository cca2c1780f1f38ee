"""The figures of runs as their children report them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.metric_reader import Metrics, Point, history_of
from dashboard.jobs.repository import LostClaim
from dashboard.jobs.schema import METRICS, RUNS
from dashboard.jobs.states import ACTIVE
from data.i18n import _


class Reports(Metrics):
    """The part of the table to which figures are added, by one child at a time."""

    _told: tuple[str, int, Counter[str]] | None = None

    def append(self, run: str, attempt: int, points: Sequence[Point]) -> int:
        """Add figures to a run, all or none, and return the number of its newest row.

        A value that is not a finite number is kept as None.

        Raises
        ------
        LostClaim
            When this attempt at the run is over; nothing is added.
        """
        with self.database.write() as connection:
            run_id = _claimed(connection, run, attempt)
            last, told = self._insert(connection, run_id, (run, attempt), points)
        self._told = told
        return last

    def rewind(self, run: str, attempt: int, history: Sequence[Mapping[str, Any]]) -> None:
        """Bring the figures of a run to the last whole epoch that its training goes on from.

        What was told of later epochs is forgotten: they are about to be repeated. An epoch that
        was saved, but whose figures were lost when its process was killed, is filled in.

        Parameters
        ----------
        history : sequence of mapping
            One entry for each whole epoch, with ``epoch`` counted from 1.

        Raises
        ------
        LostClaim
            When this attempt at the run is over; nothing changes.
        """
        last_epoch = max((entry["epoch"] for entry in history), default=0)
        now = self.clock()
        with self.database.write() as connection:
            run_id = _claimed(connection, run, attempt)
            connection.execute(
                delete(METRICS).where(METRICS.c.run_id == run_id, METRICS.c.epoch > last_epoch)
            )
            known = {entry["epoch"]: entry for entry in history_of(connection, run_id)}
            missing = [
                Point(entry["epoch"], None, name, value, now)
                for entry in history
                for name, value in entry.items()
                if name not in known.get(entry["epoch"], {"epoch": 0})
            ]
            self._told = None
            self._insert(connection, run_id, (run, attempt), missing)
            _summarise(connection, run_id)

    def _insert(
        self,
        connection: Connection,
        run_id: int,
        claim: tuple[str, int],
        points: Sequence[Point],
    ) -> tuple[int, tuple[str, int, Counter[str]]]:
        """Insert numbered points; return the last number and how many there are of each name."""
        last: int = connection.execute(
            update(RUNS)
            .where(RUNS.c.id == run_id)
            .values(last_seq=RUNS.c.last_seq + len(points))
            .returning(RUNS.c.last_seq)
        ).scalar_one()
        known = self._told if self._told is not None and self._told[:2] == claim else None
        counts = Counter(known[2]) if known else _counts(connection, run_id)
        rows = []
        for seq, point in enumerate(points, last - len(points) + 1):
            if point.step is not None:
                counts[point.name] += 1
            ordinal = counts[point.name] if point.step is not None else 0
            rows.append(_as_row(run_id, seq, point, level(ordinal)))
        if rows:
            connection.execute(insert(METRICS), rows)
        if any(point.step is None for point in points):
            _summarise(connection, run_id)
        return last, (*claim, counts)


def _claimed(connection: Connection, run: str, attempt: int) -> int:
    run_id: int | None = connection.execute(
        select(RUNS.c.id).where(
            RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.state.in_(ACTIVE)
        )
    ).scalar()
    if run_id is None:
        raise LostClaim(_("The run {run} has moved on without this process.").format(run=run))
    return run_id


def _counts(connection: Connection, run_id: int) -> Counter[str]:
    """Return how many figures by step a run has of each name."""
    counts: Counter[str] = Counter()
    for name, number in connection.execute(
        select(METRICS.c.name, func.count())
        .where(METRICS.c.run_id == run_id, METRICS.c.step.is_not(None))
        .group_by(METRICS.c.name)
    ):
        counts[name] = number
    return counts


def _as_row(run_id: int, seq: int, point: Point, thinness: int) -> dict[str, Any]:
    value = None if point.value is None or not isfinite(point.value) else float(point.value)
    return {
        "run_id": run_id,
        "seq": seq,
        "epoch": point.epoch,
        "step": point.step,
        "name": point.name,
        "value": value,
        "time": point.time,
        "level": thinness,
    }


def level(ordinal: int) -> int:
    """Return how often the number of a point can be halved: the thinnest curve that shows it.

    Examples
    --------
    >>> [level(ordinal) for ordinal in (1, 2, 3, 4, 8)]
    [0, 1, 0, 2, 3]
    """
    return (ordinal & -ordinal).bit_length() - 1 if ordinal else 0


def _summarise(connection: Connection, run_id: int) -> None:
    """Bring the run's own row up to date with the figures of its epochs."""
    history = history_of(connection, run_id)
    judged = [entry for entry in history if entry.get("val_loss") is not None]
    connection.execute(
        update(RUNS)
        .where(RUNS.c.id == run_id)
        .values(
            epochs_done=history[-1]["epoch"] if history else 0,
            best=min(judged, key=lambda entry: entry["val_loss"], default={}),
        )
    )
