"""Reports of a child while it works: metrics, progress, log lines and heartbeats."""

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
from dashboard.jobs.schema import TableError, Unreachable
from model.phases import Phase, phase_name

TICK_SECONDS = 0.3
REPORT_SECONDS = 1.0
"""How often points are written; each time, the chart of everybody who watches is drawn again."""
SAMPLE_SECONDS = 2.0
# How long the end of a run waits for a table that is locked.
RETRY_SECONDS = 60.0
MOST_BUFFERED = 100_000
"""Points that wait for the table at most, some 15 MB."""

# Metrics by step whose newest value is kept in the progress of the run.
LATEST = frozenset({"speed", "learning_rate"})

Result = TypeVar("Result")


class Reporter:
    """Buffers the reports of the work; a thread writes them into the table of runs.

    The work never waits for the table. While it is locked, the disk is full or the database is
    down, metrics stay in memory and are written later, in order, each once; of more than
    ``MOST_BUFFERED`` those by step are thinned.

    Parameters
    ----------
    runs : Runs
        The table.
    claim : Run
        The run and the attempt at it that this process works on.
    exit_process : callable
        Ends this process, with an exit status, when the attempt is over.

    Attributes
    ----------
    on_saved : callable
        Called by the work when its files are worth being kept, such as a checkpoint.
    """

    def __init__(
        self, runs: Runs, claim: Run, exit_process: Callable[[int], object] = os._exit
    ) -> None:
        self._runs = runs
        self._claim = claim
        self._exit_process = exit_process
        self._lock = threading.Lock()
        self._points: list[Point] = []
        # Points on their way into the table, in which they may be already.
        self._batch: list[Point] = []
        self._last_seq = claim.last_seq
        self._cut_off = False
        self._progress: dict[str, Any] = {}
        self._parameters: int | None = None
        self._phase: Phase | None = None
        self._phase_start = 0.0
        self._phases: dict[str, float] = {}
        # Not guarded by the lock, so that a signal handler can set it at any moment.
        self._stop = False
        self._closed = threading.Event()
        self._resumed: Sequence[Mapping[str, Any]] | None = None
        self._process = psutil.Process()
        self.on_saved: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self) -> None:
        """Start the thread that writes reports and heartbeats."""
        if self._claim.stop_requested:
            self._stop = True
        self._thread.start()

    # Called by the work

    def metric(self, epoch: int, step: int | None, name: str, value: float) -> None:
        """Report a value of a metric; ``step`` is None for the value of a whole epoch.

        Epochs and steps count from 1. ``parameters``, the size of the network, and ``progress``,
        the share of the epoch that is done, are stored in the row of the run, not as metrics.
        """
        if name == "parameters":
            self._parameters = int(value)
            return
        if name == "progress":
            self.progress(share=value)
            return
        if name in LATEST:
            self.progress(**{name: value})
        point = Point(epoch, step, name, float(value), self._runs.clock())
        with self._lock:
            if len(self._points) >= MOST_BUFFERED:
                self._points = thinned(self._points)
            self._points.append(point)
            self._progress["epoch"] = epoch
            if step is not None:
                self._progress["step"] = step

    def resumed(self, history: Sequence[Mapping[str, Any]]) -> None:
        """Report the completed epochs that a training resumes from, before any other metric."""
        with self._lock:
            self._resumed = list(history)

    def progress(self, **values: Any) -> None:
        """Report progress, in the terms of the kind of run."""
        with self._lock:
            self._progress |= {name: _plain(value) for name, value in values.items()}

    def phase(self, phase: Phase, share: float | None = None) -> None:
        """Report which phase of the work runs, and the share of it that is done, if known.

        The progress of the run holds ``phase``, ``phase_share``, ``phase_seconds``, the time that
        the phase had taken at the report, and ``phases``, the seconds of the phases that are over.
        """
        if phase != self._phase:
            self._end_phase()
            self._phase = phase
            self.log(f"{phase_name(phase)}.")
        seconds = time.monotonic() - self._phase_start
        self.progress(phase=phase.value, phase_share=share, phase_seconds=seconds)

    def _end_phase(self) -> None:
        """Add the phase that is over to the seconds of all phases."""
        now = time.monotonic()
        if self._phase is not None:
            name = self._phase.value
            self._phases[name] = self._phases.get(name, 0.0) + now - self._phase_start
            self.progress(phases=dict(self._phases))
        self._phase, self._phase_start = None, now

    def log(self, text: str) -> None:
        """Write a line into the run's log."""
        stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        try:
            os.write(1, f"{stamp} {text}\n".encode())
        except OSError:
            return  # a full disk must not end a training because a log line is missing

    def saved(self) -> None:
        """Report that the files of the run are as they are to be kept, such as after an epoch."""
        self.on_saved()

    def heartbeat(self) -> None:
        """Do nothing: the thread sends heartbeats anyway."""

    def stop(self) -> bool:
        """Return whether the work has been asked to stop."""
        return self._stop

    # Called by the child's main function

    def ask_to_stop(self) -> None:
        """Ask the work to stop, like a request in the table does."""
        self._stop = True

    def close(self) -> None:
        """Stop the thread and write what is buffered, for up to ``RETRY_SECONDS``."""
        self._end_phase()
        self._closed.set()
        self._thread.join()
        with suppress(TableError, LostClaim):
            while self._batch or self._points or self._resumed is not None:
                retry_while_unavailable(self._append)
            retry_while_unavailable(self._heartbeat)

    def _run(self) -> None:
        reported = sampled = 0.0
        while not self._closed.is_set():
            now = time.monotonic()
            if now - sampled >= SAMPLE_SECONDS:
                sampled = now
                self._sample()
            try:
                if now - reported >= REPORT_SECONDS:
                    self._report()
                    reported = now
                self._note_connection()
            except TableError as error:
                self._note_connection(error)
            except LostClaim:
                self._exit_process(status_of(LOST))
            self._closed.wait(TICK_SECONDS)

    def _note_connection(self, error: TableError | None = None) -> None:
        """Log that the table cannot be written, and that it can be again."""
        if error is not None and not self._cut_off:
            self.log(f"{error} The work goes on; what it reports is written later.")
        elif error is None and self._cut_off:
            self.log("The table of runs can be written again.")
        self._cut_off = error is not None

    def _report(self) -> None:
        if self._batch or self._points or self._resumed is not None:
            self._append()
        else:
            self._heartbeat()

    def _append(self) -> None:
        run, attempt = self._claim.run, self._claim.attempt
        with self._lock:
            history = self._resumed
            if not self._batch:
                self._batch, self._points = self._points, []
        if history is not None:
            self._last_seq = self._runs.metric_writer.rewind(run, attempt, history)
            self._resumed = None
        self._last_seq = self._runs.metric_writer.append(
            run, attempt, self._batch, after=self._last_seq
        )
        self._batch = []
        self._heartbeat()

    def _heartbeat(self) -> None:
        if not self._runs.exists():
            raise LostClaim
        with self._lock:
            progress = dict(self._progress)
        if self._runs.attempts.heartbeat(
            self._claim.run, self._claim.attempt, progress, self._parameters
        ):
            self._stop = True

    def _sample(self) -> None:
        """Report memory (bytes) and processor time (percent of one core) of this process."""
        memory = self._process.memory_info().rss
        processor = self._process.cpu_percent()
        self.progress(memory=memory, processor=processor)
        epoch, step = self._progress.get("epoch"), self._progress.get("step")
        if epoch and step:
            self.metric(epoch, step, "memory", memory)
            self.metric(epoch, step, "processor", processor)


def retry_while_unavailable(access: Callable[[], Result]) -> Result:
    """Access the table, again and again while it cannot be read or written.

    Raises
    ------
    TableError
        When it still cannot after ``RETRY_SECONDS``. A database on another machine, which people
        restart and move, is waited for without a limit.
    """
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        try:
            return access()
        except TableError as error:
            if time.monotonic() > deadline and not isinstance(error, Unreachable):
                raise
            time.sleep(TICK_SECONDS)


def thinned(points: Sequence[Point]) -> list[Point]:
    """Return points without every other one by step; those of epochs all stay.

    Examples
    --------
    >>> points = [Point(1, step, "loss", 0.5, 0.0) for step in (1, 2, 3, None)]
    >>> [point.step for point in thinned(points)]
    [1, 3, None]
    """
    return [point for place, point in enumerate(points) if point.step is None or place % 2 == 0]


def _plain(value: Any) -> Any:
    """Return a value for JSON: NumPy scalars as Python numbers, None for what is not finite."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not isfinite(value) else value
