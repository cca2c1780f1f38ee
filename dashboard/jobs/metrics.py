"""The figures that runs report: appended by one child, read by many pages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from operator import itemgetter
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from dashboard.jobs.rows import LostClaim, Rows
from dashboard.jobs.schema import METRICS, RUNS
from dashboard.jobs.states import ACTIVE
from data.text import _

MOST_POINTS = 2_000


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
    """The half of the table that holds figures."""

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
            known = {entry["epoch"]: entry for entry in _history(connection, run_id)}
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

    def metrics(
        self, run: str, after_seq: int = 0, names: Sequence[str] | None = None
    ) -> list[Metric]:
        """Return the figures of a run after a row, in the order in which they came."""
        with self.database.read() as connection:
            wanted = [
                METRICS.c.run_id == self._row(connection, run).id,
                METRICS.c.seq > after_seq,
            ]
            if names is not None:
                wanted.append(METRICS.c.name.in_(names))
            rows = connection.execute(select(METRICS).where(*wanted).order_by(METRICS.c.seq))
            return [
                Metric(row.epoch, row.step, row.name, row.value, row.time, row.seq) for row in rows
            ]

    def last_seq(self, run: str) -> int:
        """Return the number of a run's newest row, 0 when it has none."""
        with self.database.read() as connection:
            return int(self._row(connection, run).last_seq)

    def history(self, run: str) -> list[dict[str, Any]]:
        """Return one dict an epoch: ``epoch``, and every figure of the whole of it."""
        with self.database.read() as connection:
            return _history(connection, self._row(connection, run).id)

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


def _history(connection: Connection, run_id: int) -> list[dict[str, Any]]:
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
    history = _history(connection, run_id)
    judged = [entry for entry in history if entry.get("val_loss") is not None]
    connection.execute(
        update(RUNS)
        .where(RUNS.c.id == run_id)
        .values(
            epochs_done=history[-1]["epoch"] if history else 0,
            best=min(judged, key=lambda entry: entry["val_loss"], default={}),
        )
    )
