"""A series of trainings that a job queues one after another and waits for.

The trials are written to a file of the job before and after each training, so that an interrupted
job resumes with those that it has.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from dashboard.jobs.job import Job
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.reporter import Reporter, retry_while_unavailable
from dashboard.jobs.runs_table import LONGEST_LABEL, Runs
from dashboard.jobs.states import State
from data.checksums import is_there, verified, write_checked_json
from data.errors import BadInput, damaged_unless_read
from data.files import read_json
from data.i18n import _
from model.config.run_config import RunConfig
from model.training.monitored import MONITORED

MAX_FAILURES = 3
"""The series gives up when this many trials have ended and all of them failed."""
_POLL_SECONDS = 0.3
_UNFINISHED = {State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING}


@dataclass(frozen=True)
class Trial:
    """One training of a series.

    Attributes
    ----------
    run : str
        Name of the run; empty where the combination of values is invalid, so that none was started.
    values : dict
        Value of each field.
    state : str
        State of the run when it was last read.
    value : float or None
        Monitored metric of its best epoch; None while there is none.
    """

    run: str
    values: dict[str, Any]
    state: str = State.QUEUED.value
    value: float | None = None

    @property
    def ended(self) -> bool:
        """Whether the run has ended."""
        return State(self.state) not in _UNFINISHED


class TrainingSeries(ABC):
    """Trainings of one configuration with other values of some fields.

    Parameters
    ----------
    job : Job
        Its configuration, ``plan``, has ``preset``, ``config`` and the number of ``trials``.
    reporter : Reporter
    file : str
        Name of the file of the trials in the folder of the job.
    """

    def __init__(self, job: Job, reporter: Reporter, file: str) -> None:
        self.job, self.reporter = job, reporter
        self.plan = job.run.config
        self.trials: list[Trial] = []
        self._file = job.folder / file
        self._runs = Runs(job.home)
        self._written = ""
        if is_there(self._file):
            sentence = _("{file} of run {run} is damaged; start it again.")
            with damaged_unless_read(sentence.format(file=file, run=job.run.run)):
                self.trials = [
                    Trial(**trial) for trial in read_json(verified(self._file))["trials"]
                ]

    @abstractmethod
    def next_values(self, ended: Sequence[Trial]) -> dict[str, Any]:
        """Return the values of the next training, given the trials that have ended."""

    def findings(self, ended: Sequence[Trial]) -> dict[str, Any]:
        """Return further entries of the series' file beside its trials, JSON values by key."""
        del ended
        return {}

    def run(self) -> bool:
        """Run all trainings; False when the job was stopped.

        Raises
        ------
        BadInput
            When the first trials all failed.
        """
        while True:
            self.trials = [self._refresh(trial) for trial in self.trials]
            self._write_changes()
            ended = [trial for trial in self.trials if trial.ended]
            if self.reporter.stop():
                self._cancel()
                return False
            if len(ended) >= self.plan["trials"]:
                return True
            self._check_failures(ended)
            if self._has_room(len(ended)):
                self._start(self.next_values(ended))
            else:
                time.sleep(_POLL_SECONDS)

    def _has_room(self, ended: int) -> bool:
        """Return whether another trial may start: as many at once as trainings may run."""
        active = len(self.trials) - ended
        parallel = retry_while_unavailable(self._runs.queue.parallel)
        return len(self.trials) < self.plan["trials"] and active < parallel

    def _start(self, values: dict[str, Any]) -> None:
        """Queue a training with these values, and write it down before anything else."""
        label = ", ".join(f"{key}={short(value)}" for key, value in values.items())[:LONGEST_LABEL]
        try:
            config = RunConfig.from_dict(self.plan["config"]).override(values)
        except BadInput as error:
            self.reporter.log(str(error))
            self.trials.append(Trial("", values, State.FAILED.value))
            return
        run = retry_while_unavailable(
            lambda: self._runs.create(
                TRAINING,
                self.job.run.dataset,
                config.as_dict(),
                preset=self.plan["preset"],
                label=label,
                tags=[self.job.run.run],
            )
        )
        self.trials.append(Trial(run, values))
        self._write_changes()
        self.reporter.log(f"{run}: {label}")

    def _refresh(self, trial: Trial) -> Trial:
        """Return a trial with the current state of its run; a deleted run counts as failed."""
        if trial.ended:
            return trial
        try:
            run = retry_while_unavailable(lambda: self._runs.get(trial.run))
        except BadInput:
            return Trial(trial.run, trial.values, State.FAILED.value)
        value = run.best.get(MONITORED)
        if run.state is State.FINISHED:
            self.reporter.log(f"{trial.run}: {MONITORED} {value}")
        return Trial(trial.run, trial.values, run.state.value, value)

    def _write_changes(self) -> None:
        """Write the trials to the file of the job if they have changed."""
        ended = [trial for trial in self.trials if trial.ended]
        self.reporter.progress(trials=len(ended), all=self.plan["trials"])
        text = json.dumps([asdict(trial) for trial in self.trials])
        if text == self._written:
            return
        self._written = text
        self.write(self.findings(ended))

    def write(self, findings: Mapping[str, Any]) -> None:
        """Write the trials, and what is known from them, to the file of the job."""
        write_checked_json(
            self._file, {"trials": [asdict(trial) for trial in self.trials], **findings}
        )
        self.reporter.saved()

    def _cancel(self) -> None:
        """Remove queued trials when a person stops the job; active ones go on."""
        own = retry_while_unavailable(lambda: self._runs.get(self.job.run.run))
        if not own.stop_requested:
            return
        for trial in list(self.trials):
            if trial.state == State.QUEUED.value and trial.run:
                retry_while_unavailable(partial(self._runs.request_stop, trial.run))
                self.trials.remove(trial)  # a resumed series starts it again
        self._write_changes()

    def _check_failures(self, ended: Sequence[Trial]) -> None:
        if len(ended) >= MAX_FAILURES and all(trial.value is None for trial in ended):
            raise BadInput(
                _("The first {number} trainings all failed; read the log of {run}.").format(
                    number=len(ended), run=ended[-1].run or self.job.run.run
                )
            )


def short(value: object) -> str:
    """Format the value of a field, floats with four significant digits.

    Examples
    --------
    >>> short(0.0083429868), short(64), short(True), short("gru")
    ('0.008343', '64', 'true', 'gru')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)
