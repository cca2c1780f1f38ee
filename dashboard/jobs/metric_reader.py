"""The figures of runs as pages read them: after a row, by epoch, as a curve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.repository import Rows
from dashboard.jobs.schema import METRICS, RUNS

MOST_POINTS = 2_000
BLOCK = 10_000


@dataclass(frozen=True)
class Point:
    """One figure on its way to the table; ``step`` is None for the figure of a whole epoch."""

    epoch: int
    step: int | None
    name: str
    value: float | None
    time: float


@dataclass(frozen=True)
class Metric(Point):
    """One figure of a run; ``seq`` grows with every row of a run."""

    seq: int


@dataclass(frozen=True)
class Curve:
    """One figure by step, thinned to what a screen can show: four lists of equal length."""

    epoch: list[int]
    step: list[int]
    value: list[float | None]
    time: list[float]


class Metrics(Rows):
    """The part of the table from which figures are read."""

    def metrics(
        self,
        run: str,
        after_seq: int = 0,
        names: Sequence[str] | None = None,
        most: int | None = None,
    ) -> list[Metric]:
        """Return the figures of a run after a row, in the order in which they came."""
        with self.database.read() as connection:
            wanted = [
                METRICS.c.run_id == self._row(connection, run).id,
                METRICS.c.seq > after_seq,
            ]
            if names is not None:
                wanted.append(METRICS.c.name.in_(names))
            found = select(METRICS).where(*wanted).order_by(METRICS.c.seq)
            rows = connection.execute(found.limit(most))
            return [
                Metric(row.epoch, row.step, row.name, row.value, row.time, row.seq) for row in rows
            ]

    def metric_blocks(self, run: str) -> Iterator[list[Metric]]:
        """Yield all figures of a run in order, some thousands at a time."""
        seq = 0
        while block := self.metrics(run, seq, most=BLOCK):
            yield block
            seq = block[-1].seq

    def last_seq(self, run: str) -> int:
        """Return the number of a run's newest row, 0 when it has none."""
        with self.database.read() as connection:
            return int(self._row(connection, run).last_seq)

    def history(self, run: str) -> list[dict[str, Any]]:
        """Return one dict an epoch: ``epoch``, and every figure of the whole of it."""
        with self.database.read() as connection:
            return history_of(connection, self._row(connection, run).id)

    def step_names(self, run: str) -> list[str]:
        """Return the names of the figures that a run reports by step."""
        names: list[str] = []
        with self.database.read() as connection:
            run_id = self._row(connection, run).id
            following = select(func.min(METRICS.c.name)).where(
                METRICS.c.run_id == run_id, METRICS.c.step.is_not(None)
            )
            # One look-up in the index for each name, however many rows carry it.
            name = connection.execute(following).scalar()
            while name is not None:
                names.append(name)
                name = connection.execute(following.where(METRICS.c.name > name)).scalar()
        return names

    def curve(self, run: str, name: str, points: int = MOST_POINTS) -> Curve:
        """Return a figure by step: every 2^n-th point of it, up to its newest.

        Parameters
        ----------
        points : int
            The most points that come back. At least a quarter as many do where the run has them.
        """
        with self.database.read() as connection:
            run_id = self._row(connection, run).id
            mine = (METRICS.c.run_id == run_id, METRICS.c.name == name, METRICS.c.step.is_not(None))
            highest = connection.execute(select(func.max(METRICS.c.level)).where(*mine)).scalar()
            if highest is None:
                return Curve([], [], [], [])
            # A curve whose highest level is h has from 2^h up to 2^(h+1) points.
            lowest = max(0, highest + 1 - max(points - 1, 1).bit_length())
            columns = [
                METRICS.c[name] for name in ("seq", "level", "epoch", "step", "value", "time")
            ]
            chosen = select(*columns).where(*mine, METRICS.c.level >= lowest)
            # Sorted here: asked for an order, SQLite would rather read the whole run in it.
            rows = sorted(connection.execute(chosen), key=itemgetter(0))
            # Every other point has level 0: the newest of them is the newest but for one.
            newest = connection.execute(
                select(*columns)
                .where(*mine, METRICS.c.level == 0)
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


def history_of(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """Return one dict an epoch of the run with this number in the table."""
    rows = connection.execute(
        select(METRICS.c.epoch, METRICS.c.name, METRICS.c.value)
        .where(METRICS.c.run_id == run_id, METRICS.c.step.is_(None), METRICS.c.epoch > 0)
        .order_by(METRICS.c.epoch, METRICS.c.seq)
    )
    epochs: dict[int, dict[str, Any]] = {}
    for epoch, name, value in rows:
        # A whole number of targets, not 420.0.
        counted = name == "targets" and value is not None
        epochs.setdefault(epoch, {"epoch": epoch})[name] = int(value) if counted else value
    return list(epochs.values())


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
