"""The metrics of the epochs of runs, kept by a process that reads them again and again.

A page that follows a training asks for its epochs with every step. Rows are never changed, and no
``seq`` is given twice in a run, so what is kept is completed by the rows after it. Rows are deleted
where a training resumes from its checkpoint: all those of the epochs after it. So as long as the
newest row of the last epoch is there, all that is kept is.
"""

import math
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from dashboard.jobs.schema import METRICS

MOST_RUNS = 8
"""How many runs are kept; the metrics of a thousand epochs take about a megabyte."""

Epochs = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class _CachedEpochs:
    """Epochs of a run, which are never changed, and the newest row of the last one."""

    epochs: Epochs
    newest: Row[Any]


class EpochHistories:
    """The metrics of the epochs of the runs that were read last."""

    def __init__(self) -> None:
        self._cache: OrderedDict[tuple[str, float], _CachedEpochs] = OrderedDict()
        self._lock = Lock()

    def read(self, connection: Connection, run: Row[Any]) -> list[dict[str, Any]]:
        """Return one dict per epoch, in order, as of a connection's snapshot.

        Parameters
        ----------
        connection : Connection
            In a transaction that only reads: what it sees has been committed.
        run : Row
            The row of a run.
        """
        key = (run.run, run.created)  # an ``id`` may be given again when its run is gone
        with self._lock:
            kept = self._cache.get(key)
        rows = _rows_from(connection, run.id, kept.newest.seq) if kept else []
        if kept is None or not rows or rows[0] != kept.newest:
            kept, rows = None, _rows(connection, run.id)
        if not rows:
            return []
        epochs = _completed(kept.epochs if kept else {}, rows)
        newest = max(rows, key=lambda row: (row.epoch, row.seq))
        with self._lock:
            self._cache[key] = _CachedEpochs(epochs, newest)
            self._cache.move_to_end(key)
            while len(self._cache) > MOST_RUNS:
                self._cache.popitem(last=False)
        return [dict(entry) for entry in epochs.values()]


def history_of(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """Return one dict per epoch of the run with this ``id``: ``epoch``, and each of its metrics."""
    return list(_completed({}, _rows(connection, run_id)).values())


_COLUMNS = [METRICS.c[name] for name in ("seq", "epoch", "name", "value")]


def _rows(connection: Connection, run_id: int) -> Sequence[Row[Any]]:
    """Return all rows of whole epochs of a run, those of each epoch in order."""
    query = select(*_COLUMNS).where(
        METRICS.c.run_id == run_id, METRICS.c.step.is_(None), METRICS.c.epoch > 0
    )
    return connection.execute(query.order_by(METRICS.c.epoch, METRICS.c.seq)).all()


def _rows_from(connection: Connection, run_id: int, seq: int) -> Sequence[Row[Any]]:
    """Return the rows of whole epochs of a run from one on, in order."""
    # Without a condition on the epoch, by which SQLite would read all rows of the run's epochs.
    query = select(*_COLUMNS).where(
        METRICS.c.run_id == run_id, METRICS.c.seq >= seq, METRICS.c.step.is_(None)
    )
    rows = connection.execute(query.order_by(METRICS.c.seq))
    return [row for row in rows if row.epoch > 0]


def _completed(epochs: Epochs, rows: Iterable[Row[Any]]) -> Epochs:
    """Return epochs, in order, with the values of further rows; those given are not changed."""
    changed: Epochs = {}
    for row in rows:
        if row.epoch not in changed:
            changed[row.epoch] = dict(epochs.get(row.epoch, {"epoch": row.epoch}))
        # The number of targets is an integer, unless the row is damaged.
        is_number = row.name == "targets" and row.value is not None and math.isfinite(row.value)
        changed[row.epoch][row.name] = int(row.value) if is_number else row.value
    return dict(sorted((epochs | changed).items()))
