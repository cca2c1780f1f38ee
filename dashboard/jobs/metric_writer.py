"""Writing the metrics of runs, by the child that works on a run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.epoch_histories import history_of
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.repository import LostClaim, Repository
from dashboard.jobs.schema import METRICS, RUNS
from dashboard.jobs.states import ACTIVE
from data.i18n import _
from model.training.monitored import best_epoch


class MetricWriter:
    """Adds metrics to a run, for one child at a time.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database
        self._clock = repository.clock
        # Run, attempt and the number of its points of each metric: known from the last insert.
        self._counts: tuple[str, int, Counter[str]] | None = None

    def append(
        self, run: str, attempt: int, points: Sequence[Point], after: int | None = None
    ) -> int:
        """Add points to a run, all or none, and return ``seq`` of its newest row.

        A value that is not finite is stored as NULL.

        Parameters
        ----------
        after : int, optional
            ``seq`` of the newest row that the caller knows of. Where there are newer ones, these
            points were added before, and only the answer was lost with the connection.

        Raises
        ------
        LostClaim
            When this attempt at the run is over; nothing is added.
        """
        with self._database.write(alone=False) as connection:
            run_id, last = _claimed(connection, run, attempt)
            if after is not None and last > after:
                self._counts = None
                return last
            last, counts = self._insert(connection, run_id, (run, attempt), points)
        self._counts = counts
        return last

    def rewind(self, run: str, attempt: int, history: Sequence[Mapping[str, Any]]) -> int:
        """Reset the metrics of a run to the checkpoint that its training resumes from.

        Rows of later epochs are deleted, since these are repeated. Epochs of the checkpoint whose
        metrics were lost when the process was killed are inserted.

        Parameters
        ----------
        history : sequence of mapping
            One entry per completed epoch, with ``epoch`` counted from 1.

        Returns
        -------
        int
            ``seq`` of the newest row.

        Raises
        ------
        LostClaim
            When this attempt at the run is over; nothing changes.
        """
        last_epoch = max((entry["epoch"] for entry in history), default=0)
        now = self._clock()
        with self._database.write(alone=False) as connection:
            run_id, _last = _claimed(connection, run, attempt)
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
            self._counts = None
            last, _counts = self._insert(connection, run_id, (run, attempt), missing)
            _summarise(connection, run_id)
        return last

    def _insert(
        self,
        connection: Connection,
        run_id: int,
        claim: tuple[str, int],
        points: Sequence[Point],
    ) -> tuple[int, tuple[str, int, Counter[str]]]:
        """Insert points; return the last ``seq`` and how many points there are of each metric."""
        last: int = connection.execute(
            update(RUNS)
            .where(RUNS.c.id == run_id)
            .values(last_seq=RUNS.c.last_seq + len(points))
            .returning(RUNS.c.last_seq)
        ).scalar_one()
        known = self._counts if self._counts is not None and self._counts[:2] == claim else None
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


def _claimed(connection: Connection, run: str, attempt: int) -> tuple[int, int]:
    """Return ``id`` and ``last_seq`` of a run, whose attempt cannot end before the transaction."""
    row = connection.execute(
        select(RUNS.c.id, RUNS.c.last_seq)
        .where(RUNS.c.run == run, RUNS.c.attempt == attempt, RUNS.c.state.in_(ACTIVE))
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise LostClaim(_("The attempt of this process at the run {run} is over.").format(run=run))
    return row.id, row.last_seq


def _counts(connection: Connection, run_id: int) -> Counter[str]:
    """Return how many points by step a run has of each metric."""
    counts: Counter[str] = Counter()
    for name, number in connection.execute(
        select(METRICS.c.name, func.count())
        .where(METRICS.c.run_id == run_id, METRICS.c.step.is_not(None))
        .group_by(METRICS.c.name)
    ):
        counts[name] = number
    return counts


def _as_row(run_id: int, seq: int, point: Point, detail: int) -> dict[str, Any]:
    value = None if point.value is None or not isfinite(point.value) else float(point.value)
    return {
        "run_id": run_id,
        "seq": seq,
        "epoch": point.epoch,
        "step": point.step,
        "name": point.name,
        "value": value,
        "time": point.time,
        "level": detail,
    }


def level(ordinal: int) -> int:
    """Return how often a point's number is divisible by 2: its level of detail in a curve.

    Examples
    --------
    >>> [level(ordinal) for ordinal in (1, 2, 3, 4, 8)]
    [0, 1, 0, 2, 3]
    """
    return (ordinal & -ordinal).bit_length() - 1 if ordinal else 0


def _summarise(connection: Connection, run_id: int) -> None:
    """Update the run's own row from the metrics of its epochs."""
    history = history_of(connection, run_id)
    connection.execute(
        update(RUNS)
        .where(RUNS.c.id == run_id)
        .values(
            epochs_done=history[-1]["epoch"] if history else 0,
            best=best_epoch(history),
        )
    )
