"""The metrics of runs as pages read them: by row, by epoch and as curves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select

from dashboard.jobs.repository import Repository, select_run
from dashboard.jobs.schema import METRICS
from dashboard.training_metrics import Curve

MOST_POINTS = 2_000
BLOCK = 10_000


@dataclass(frozen=True)
class Point:
    """One value of a metric; ``step`` is None for the value of a whole epoch."""

    epoch: int
    step: int | None
    name: str
    value: float | None
    time: float


@dataclass(frozen=True)
class Metric(Point):
    """One stored value of a metric; ``seq`` numbers the rows of a run from 1."""

    seq: int


class MetricReader:
    """Queries on the metrics of runs.

    Parameters
    ----------
    repository : Repository
        The database.
    """

    def __init__(self, repository: Repository) -> None:
        self._database = repository.database

    def rows(
        self,
        run: str,
        after_seq: int = 0,
        names: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> list[Metric]:
        """Return the rows of a run with ``seq`` above ``after_seq``, in order."""
        with self._database.read() as connection:
            conditions = [
                METRICS.c.run_id == select_run(connection, run).id,
                METRICS.c.seq > after_seq,
            ]
            if names is not None:
                conditions.append(METRICS.c.name.in_(names))
            query = select(METRICS).where(*conditions).order_by(METRICS.c.seq)
            rows = connection.execute(query.limit(limit))
            return [
                Metric(row.epoch, row.step, row.name, row.value, row.time, row.seq) for row in rows
            ]

    def blocks(self, run: str) -> Iterator[list[Metric]]:
        """Yield all rows of a run in order, at most ``BLOCK`` at a time."""
        seq = 0
        while block := self.rows(run, seq, limit=BLOCK):
            yield block
            seq = block[-1].seq

    def last_seq(self, run: str) -> int:
        """Return ``seq`` of a run's newest row, 0 when it has none."""
        with self._database.read() as connection:
            return int(select_run(connection, run).last_seq)

    def history(self, run: str) -> list[dict[str, Any]]:
        """Return one dict per epoch: ``epoch``, and the value of each metric of the epoch."""
        with self._database.read() as connection:
            return self._database.histories.read(connection, select_run(connection, run))

    def curve(self, run: str, name: str, points: int = MOST_POINTS) -> Curve:
        """Return a metric by step: every 2^n-th of its points, and the newest.

        Parameters
        ----------
        points : int
            Upper limit of the number of points; at least a quarter as many where the run has them.
        """
        with self._database.read() as connection:
            run_id = select_run(connection, run).id
            condition = (
                METRICS.c.run_id == run_id,
                METRICS.c.name == name,
                METRICS.c.step.is_not(None),
            )
            highest = connection.execute(
                select(func.max(METRICS.c.level)).where(*condition)
            ).scalar()
            if highest is None:
                return Curve([], [], [], [])
            # A curve whose highest level is h has from 2^h up to 2^(h+1) points.
            lowest = max(0, highest + 1 - max(points - 1, 1).bit_length())
            columns = [
                METRICS.c[name] for name in ("seq", "level", "epoch", "step", "value", "time")
            ]
            query = select(*columns).where(*condition, METRICS.c.level >= lowest)
            # Sorted here: with ORDER BY, SQLite would scan all rows of the run, not the index.
            rows = sorted(connection.execute(query), key=itemgetter(0))
            # Every other point has level 0, so this is the newest point or the one before it.
            newest = connection.execute(
                select(*columns)
                .where(*condition, METRICS.c.level == 0)
                .order_by(METRICS.c.seq.desc())
                .limit(1)
            ).one()
        while len(rows) >= points and lowest < highest:
            lowest += 1
            rows = [row for row in rows if row.level >= lowest]
        if rows[-1].seq < newest.seq:
            rows.append(newest)
        _seq, _level, *curve = zip(*rows, strict=True)
        return Curve(*map(list, curve))
