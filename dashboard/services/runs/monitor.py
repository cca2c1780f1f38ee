"""The progress of a run as its page polls it; each query reads a few indexed rows."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.jobs import backtest, hyperparameter_search, retraining
from dashboard.jobs.failures import Explanation, explain
from dashboard.jobs.queue import BACKTESTING, RETRAINING, SEARCHING, SERIES, TRAINING
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import run_folder
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.jobs.supervisor import start_worker
from dashboard.services.runs import workers
from dashboard.training_metrics import TrainingMetrics
from data.errors import VitrinaError
from data.home import Home
from data.i18n import _
from model.phases import Phase
from model.run_files import EVALUATION, LOG

LOSSES = ("loss", "sampled_loss")
"""The losses that a training reports by step: one or the other."""
PACE = ("accuracy", "learning_rate", "speed", "memory", "processor")
"""The other metrics that it reports by step; they are drawn every few seconds."""
_ROWS_A_PACE = 50
_SECONDS_SHOWN = 3.0  # how long the duration of a run and its place in the queue may be old
LOG_BYTES = 24_000
_LIBRARY_LINE = re.compile(
    r"I\d{4} \d\d:\d\d:\d+\.\d+ +\d+ \w+\.cc:\d+\]|WARNING: All log messages before absl::"
)
_RESULTS = {
    SEARCHING: hyperparameter_search.FILE,
    BACKTESTING: backtest.FILE,
    RETRAINING: retraining.FILE,
}
"""The file with the results of each kind of run; of the others it is the evaluation."""
_FOLLOW_SECONDS = 0.2
_RECENT_EPOCHS = 5  # the time left is estimated from the durations of these
_MARGIN = 1.3  # validation and other work come on top of the seconds of training


@dataclass(frozen=True)
class Marks:
    """Change markers of a run's page: a part is drawn again when its marker has changed.

    ``time`` changes every few seconds while the run is not at its end.
    """

    state: str
    seq: int
    time: int
    epochs: str
    pace: str
    log: int
    evaluated: int


def waiting(home: Home, run: Run) -> str | None:
    """Return why a queued run waits, in the current language; None where it is not queued."""
    queue = Runs(home).queue.waiting() if run.state is State.QUEUED else []
    if run.run not in queue:
        return None
    position = _("Waiting; number {position} in the queue")
    missing = workers.missing_label(home, run)
    return missing or position.format(position=queue.index(run.run) + 1)


def marks(home: Home, run: Run) -> Marks:
    """Return the change markers of a run."""
    folder = run_folder(home, run.run)
    return Marks(
        state=f"{run.state} {run.attempt} {run.label} {run.config.get('epochs')}",
        seq=run.last_seq,
        time=0 if run.ended else int(time.time() / _SECONDS_SHOWN),
        epochs=f"{run.attempt}.{run.epochs_done}",
        pace=f"{run.state}.{run.attempt}.{run.epochs_done}.{run.last_seq // _ROWS_A_PACE}",
        log=_stamp(folder / LOG, size=True),
        evaluated=_stamp(folder / _RESULTS.get(run.kind, EVALUATION)),
    )


def metrics(home: Home, run: Run, by_step: tuple[str, ...] = ()) -> TrainingMetrics:
    """Return the metrics of a training: those of every epoch, and some by step."""
    runs = Runs(home)
    curves = {name: curve for name in by_step if (curve := runs.metrics.curve(run.run, name)).step}
    return TrainingMetrics(runs.metrics.history(run.run), curves, _steps_per_epoch(run.progress))


def _steps_per_epoch(progress: Mapping[str, Any]) -> float | None:
    """Return the steps of an epoch: as counted, or estimated from the share that is done."""
    if progress.get("steps"):
        return float(progress["steps"])
    epochs = (progress.get("epoch") or 1) - 1 + (progress.get("share") or 0.0)
    step = progress.get("step")
    return float(step / epochs) if step and epochs else None


def follow(home: Home, name: str) -> Iterator[dict[str, Any] | Phase]:
    """Yield each phase and the metrics of each finished epoch of a run until the run has ended.

    A worker is started where none is alive.

    Raises
    ------
    VitrinaError
        When that worker has ended and the run has not: nobody would go on with it.
    """
    worker = start_worker(home)
    runs, epochs, previous = Runs(home), 0, None
    while True:
        run = runs.get(name)
        history = runs.metrics.history(name)
        yield from history[epochs:]
        epochs = max(epochs, len(history))
        if run.ended:
            return
        present = phase(run)
        if present is not None and present is not previous:
            yield present
        previous = present
        alone = worker is not None and worker.poll() and not _has_worker(runs)
        if alone and not runs.get(name).ended:
            raise VitrinaError(
                _(
                    "The worker ended before run {run} did; {log} says why. The run goes on with"
                    " the next worker: `vitrina worker`."
                ).format(run=name, log=home.path / "worker.log")
            )
        time.sleep(_FOLLOW_SECONDS)


def _has_worker(runs: Runs) -> bool:
    """Return whether a worker serves the home; one that came second ends by itself."""
    holder = runs.lease.holder()
    return holder is not None and holder.worker.alive()


def log_tail(home: Home, run: str, size: int = LOG_BYTES) -> str:
    """Return the last whole lines of a run's log; empty where there is none yet.

    What TensorFlow says of itself at its start is left out; the file has it.
    """
    file = run_folder(home, run) / LOG
    if not file.is_file():
        return ""
    with file.open("rb") as log:
        length = log.seek(0, 2)
        log.seek(max(length - size, 0))
        text = log.read().decode("utf-8", "replace")
    lines = (text if length <= size else text.partition("\n")[2]).splitlines(keepends=True)
    return "".join(line for line in lines if not _LIBRARY_LINE.match(line))


def explanation(run: Run) -> Explanation | None:
    """Return why a run failed; None where it did not."""
    return explain(run.reason) if run.reason or run.state is State.FAILED else None


def phase(run: Run) -> Phase | None:
    """Return the phase that an active run is in, or that it ended in; None where it has none."""
    name = run.progress.get("phase")
    return Phase(name) if name in list(Phase) else None


def phases(run: Run) -> dict[Phase, float | None]:
    """Return the phases of a training with the seconds that each took; None where it has not ended.

    Empty where the training reported none, as those of version 0.1.0.
    """
    if run.kind != TRAINING or phase(run) is None:
        return {}
    seconds = run.progress.get("phases") or {}
    return {
        each: seconds.get(each)
        for each in Phase
        if each is not Phase.BLEND or run.config.get("blend") or each in seconds
    }


def share_done(run: Run) -> float | None:
    """Return how much of a run's phase is done, from 0 to 1; None where it is unknown.

    A run without phases is one.
    """
    progress = run.progress
    if phase(run) not in {None, Phase.TRAINING}:
        share: float | None = progress.get("phase_share")
        return share
    if "bytes_total" in progress:
        return float((progress.get("bytes_done") or 0) / (progress["bytes_total"] or 1))
    if run.kind in SERIES:
        return float((progress.get("trials") or 0) / run.config["trials"])
    epochs = progress.get("epochs") or run.config.get("epochs")
    if not epochs:
        return None
    return float(min((run.epochs_done + share_of_epoch(run)) / epochs, 1.0))


def share_of_epoch(run: Run) -> float:
    """Return how much of the current epoch of a training is done, from 0 to 1."""
    progress = run.progress
    if progress.get("epoch") != run.epochs_done + 1:  # the share is still that of the last epoch
        return 0.0
    return float(progress.get("share") or 0.0)


def time_left(run: Run, metrics: TrainingMetrics, now: float) -> tuple[float, float] | None:
    """Return an estimate of the least and the most seconds that the phase of a run still takes.

    That of epochs follows the fastest and the slowest of the last epochs; before the end of the
    first epoch, the time that its share took so far. With early stopping the least is what patience
    has left.
    """
    share = share_done(run)
    if not run.active or not share or share >= 1:
        return None
    if phase(run) not in {None, Phase.TRAINING}:
        left = run.progress["phase_seconds"] * (1 - share) / share
        return left / _MARGIN, left * _MARGIN
    seconds = [
        entry["seconds"] for entry in metrics.history[-_RECENT_EPOCHS:] if entry.get("seconds")
    ]
    if seconds:
        epochs = (1 - share) * (run.progress.get("epochs") or run.config["epochs"])
        return _fewest(run, metrics, epochs) * min(seconds), epochs * max(seconds) * _MARGIN
    if not metrics.curves or share < 0.01:
        return None
    spent = now - metrics.start
    whole = spent / share
    return (whole - spent) / _MARGIN, (whole - spent) * _MARGIN


def _fewest(run: Run, metrics: TrainingMetrics, epochs: float) -> float:
    """Return the least epochs that a training with some epochs left takes until patience is over.

    Of a training that was extended after patience had ended it, that is at least none.
    """
    patience, best = run.config.get("early_stopping"), metrics.best
    if not patience or not best:
        return epochs
    left = best["epoch"] + patience - run.epochs_done - share_of_epoch(run)
    return float(min(epochs, max(left, 0.0)))


def throughput(metrics: TrainingMetrics, run: Run | None = None) -> float | None:
    """Return targets per second: the current value of an active run, else of the newest epoch."""
    if run is not None and run.active and run.progress.get("speed"):
        return float(run.progress["speed"])
    for entry in reversed(metrics.history):
        if entry.get("seconds") and entry.get("targets"):
            return float(entry["targets"] / entry["seconds"])
    return None


def duration(run: Run, now: float) -> float | None:
    """Return the seconds from a run's first start to its end or now; None before its start."""
    if run.started is None:
        return None
    return (run.finished if run.ended and run.finished else now) - run.started


def _stamp(file: Path, size: bool = False) -> int:
    """Return the size or the modification time (ns) of a file; 0 where there is none to read."""
    try:
        status = file.stat()
    except OSError:  # such as a link to itself
        return 0
    return status.st_size if size else status.st_mtime_ns
