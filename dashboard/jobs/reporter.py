"""What a child tells while it works: figures, progress, words, and that it is alive."""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite
from typing import Any, TypeVar

import psutil

from dashboard.jobs.failures import LOST, status_of
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.repository import LostClaim
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError

TICK_SECONDS = 0.3
BEAT_SECONDS = 1.0
SAMPLE_SECONDS = 2.0
# How long the last words of a run wait for a table that is locked.
PATIENCE_SECONDS = 60.0

# Figures by step whose newest value stands with the run itself.
NOW = frozenset({"speed", "learning_rate"})

Result = TypeVar("Result")


class Sink:
    """A child's voice: what the work says is kept at once and written by a thread.

    The work never waits for the table of runs. While the table is locked or the disk is full
    figures wait in memory and are written later, in order.

    Parameters
    ----------
    runs : Runs
        The table.
    claim : Run
        The run and the attempt at it that this process speaks for.
    leave : callable
        Ends this process when the run is no longer its own.
    """

    def __init__(self, runs: Runs, claim: Run, leave: Callable[[int], object] = os._exit) -> None:
        self._runs = runs
        self._claim = claim
        self._leave = leave
        self._lock = threading.Lock()
        self._waiting: list[Point] = []
        self._progress: dict[str, Any] = {}
        self._parameters: int | None = None
        # No lock guards this word, so that a signal's handler may say it at any moment.
        self._stop = False
        self._over = threading.Event()
        self._resumed: Sequence[Mapping[str, Any]] | None = None
        self._process = psutil.Process()
        self._thread = threading.Thread(target=self._pulse, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin to write and to beat."""
        if self._claim.stop_requested:
            self._stop = True
        self._thread.start()

    # What the work calls

    def metric(self, epoch: int, step: int | None, name: str, value: float) -> None:
        """Report a figure; ``step`` is None for that of a whole epoch.

        Epochs and steps count from 1. The figure ``parameters`` is kept with the run itself, and
        ``progress`` is no curve but the share of the epoch that is done.
        """
        if name == "parameters":
            self._parameters = int(value)
            return
        if name == "progress":
            self.progress(share=value)
            return
        if name in NOW:
            self.progress(**{name: value})
        point = Point(epoch, step, name, float(value), self._runs.clock())
        with self._lock:
            self._waiting.append(point)
            self._progress["epoch"] = epoch
            if step is not None:
                self._progress["step"] = step

    def resumed(self, history: Sequence[Mapping[str, Any]]) -> None:
        """Report the whole epochs that a training goes on from, before any figure of it."""
        with self._lock:
            self._resumed = list(history)

    def progress(self, **numbers: Any) -> None:
        """Report how far the work is, in whatever terms its kind has."""
        with self._lock:
            self._progress |= {name: _plain(value) for name, value in numbers.items()}

    def log(self, text: str) -> None:
        """Write a line into the run's log."""
        stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        try:
            os.write(1, f"{stamp} {text}\n".encode())
        except OSError:
            return  # a full disk must not end a training for want of a line in its log

    def beat(self) -> None:
        """Say nothing but that the work goes on; the thread says so anyway."""

    def stop(self) -> bool:
        """Tell whether the work is asked to stop."""
        return self._stop

    # What the child's entry calls

    def ask_to_stop(self) -> None:
        """Ask the work to stop, as a request in the table does."""
        self._stop = True

    def close(self) -> None:
        """Write what still waits, for as long as patience lasts, and fall silent."""
        self._over.set()
        self._thread.join()
        with suppress(TableError, LostClaim):
            patiently(self._append)

    def _pulse(self) -> None:
        beaten = sampled = 0.0
        while not self._over.is_set():
            now = time.monotonic()
            if now - sampled >= SAMPLE_SECONDS:
                sampled = now
                self._sample()
            try:
                if self._waiting or self._resumed is not None:
                    self._append()
                if now - beaten >= BEAT_SECONDS:
                    self._beat()
                    beaten = now
            except TableError:
                pass  # what waits is written when the table can be written again
            except LostClaim:
                self._leave(status_of(LOST))
            self._over.wait(TICK_SECONDS)

    def _append(self) -> None:
        with self._lock:
            points, history = list(self._waiting), self._resumed
        if history is not None:
            self._runs.metric_writer.rewind(self._claim.run, self._claim.attempt, history)
            self._resumed = None
        self._runs.metric_writer.append(self._claim.run, self._claim.attempt, points)
        with self._lock:
            del self._waiting[: len(points)]
        self._beat()

    def _beat(self) -> None:
        if not self._runs.exists():
            raise LostClaim
        with self._lock:
            progress = dict(self._progress)
        if self._runs.attempts.heartbeat(
            self._claim.run, self._claim.attempt, progress, self._parameters
        ):
            self._stop = True

    def _sample(self) -> None:
        """Report memory in bytes and processor in percent of one core, beside the figures."""
        memory = self._process.memory_info().rss
        processor = self._process.cpu_percent()
        self.progress(memory=memory, processor=processor)
        epoch, step = self._progress.get("epoch"), self._progress.get("step")
        if epoch and step:
            self.metric(epoch, step, "memory", memory)
            self.metric(epoch, step, "processor", processor)


def patiently(say: Callable[[], Result]) -> Result:
    """Say something to the table, again and again while it cannot be written.

    Raises
    ------
    TableError
        When it still cannot after a minute.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return say()
        except TableError:
            if time.monotonic() > deadline:
                raise
            time.sleep(TICK_SECONDS)


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: no NumPy number, nothing infinite."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not isfinite(value) else value
