"""Hyperparameter search: trainings whose values are suggested from the results so far.

Values are suggested by the tree-structured Parzen estimator (Bergstra et al. 2011) of Optuna, and
the importance of each field is computed by PED-ANOVA (Watanabe et al. 2023). Both start from the
trials that have ended, so that an interrupted search resumes without a state of its own.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.jobs.job import Job
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import LONGEST_LABEL, Runs
from dashboard.jobs.states import State
from data.errors import BadInput, damaged_unless_read
from data.files import read_json, write_json
from data.i18n import _
from model.config.run_config import RunConfig
from model.training.monitored import HIGHER_IS_BETTER, MONITORED

FILE = "search.json"
MAX_FAILURES = 3
"""The search gives up when this many trials have ended and all of them failed."""
_RANDOM_TRIALS = 8  # before values are suggested
_POLL_SECONDS = 0.3


@dataclass(frozen=True)
class Trial:
    """One training of a search.

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


_UNFINISHED = {State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING}


def search(job: Job, reporter: Reporter) -> bool:
    """Run a search; False when it was stopped.

    Raises
    ------
    BadInput
        When the first trials all failed.
    """
    return _Search(job, reporter).run()


class _Search:
    def __init__(self, job: Job, reporter: Reporter) -> None:
        self._job, self._reporter = job, reporter
        self._runs = Runs(job.home)
        self._plan = job.run.config
        self._trials: list[Trial] = []
        self._written = ""
        file = job.folder / FILE
        if file.exists():
            sentence = _("{file} of search {run} is damaged; start the search again.")
            with damaged_unless_read(sentence.format(file=FILE, run=job.run.run)):
                self._trials = [Trial(**trial) for trial in read_json(file)["trials"]]

    def run(self) -> bool:
        while True:
            self._trials = [self._refresh(trial) for trial in self._trials]
            self._write()
            ended = [trial for trial in self._trials if trial.ended]
            if self._reporter.stop():
                self._cancel()
                return False
            if len(ended) >= self._plan["trials"]:
                return True
            self._check_failures(ended)
            if self._has_room(len(ended)):
                self._start(suggest(self._plan["fields"], ended, number=len(self._trials)))
            else:
                time.sleep(_POLL_SECONDS)

    def _has_room(self, ended: int) -> bool:
        """Return whether another trial may start: as many at once as trainings may run."""
        active = len(self._trials) - ended
        return len(self._trials) < self._plan["trials"] and active < self._runs.queue.parallel()

    def _start(self, values: dict[str, Any]) -> None:
        """Queue a training with these values, and write it down before anything else."""
        label = ", ".join(f"{key}={short(value)}" for key, value in values.items())[:LONGEST_LABEL]
        try:
            config = RunConfig.from_dict(self._plan["config"]).override(values)
        except BadInput as error:
            self._reporter.log(str(error))
            self._trials.append(Trial("", values, State.FAILED.value))
            return
        run = self._runs.create(
            TRAINING,
            self._job.run.dataset,
            config.as_dict(),
            preset=self._plan["preset"],
            label=label,
            tags=[self._job.run.run],
        )
        self._trials.append(Trial(run, values))
        self._write()
        self._reporter.log(f"{run}: {label}")

    def _refresh(self, trial: Trial) -> Trial:
        """Return a trial with the current state of its run; a deleted run counts as failed."""
        if trial.ended:
            return trial
        try:
            run = self._runs.get(trial.run)
        except BadInput:
            return Trial(trial.run, trial.values, State.FAILED.value)
        value = run.best.get(MONITORED)
        if run.state is State.FINISHED:
            self._reporter.log(f"{trial.run}: {MONITORED} {value}")
        return Trial(trial.run, trial.values, run.state.value, value)

    def _write(self) -> None:
        """Write the trials to ``search.json`` if they have changed."""
        ended = [trial for trial in self._trials if trial.ended]
        self._reporter.progress(trials=len(ended), all=self._plan["trials"])
        trials = [asdict(trial) for trial in self._trials]
        text = json.dumps({"trials": trials})
        if text == self._written:
            return
        self._written = text
        weights = importance(self._plan["fields"], ended)
        write_json(self._job.folder / FILE, {"trials": trials, "importance": weights})

    def _cancel(self) -> None:
        """Remove queued trials when a person stops the search; active ones go on."""
        if not self._runs.get(self._job.run.run).stop_requested:
            return
        for trial in list(self._trials):
            if trial.state == State.QUEUED.value and trial.run:
                self._runs.request_stop(trial.run)
                self._trials.remove(trial)  # a resumed search suggests values again
        self._write()

    def _check_failures(self, ended: Sequence[Trial]) -> None:
        if len(ended) >= MAX_FAILURES and all(trial.value is None for trial in ended):
            raise BadInput(
                _("The first {number} trainings all failed; read the log of {run}.").format(
                    number=len(ended), run=ended[-1].run or self._job.run.run
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


def suggest(fields: Mapping[str, Any], ended: Sequence[Trial], number: int) -> dict[str, Any]:
    """Return the values of the next trial, suggested from the trials that have ended.

    Parameters
    ----------
    fields : mapping
        From keys to ``{"low", "high", "whole"}`` or ``{"choices"}``.
    ended : sequence of Trial
    number : int
        Number of earlier suggestions; seeds the sampler.
    """
    import optuna

    sampler = optuna.samplers.TPESampler(seed=number, n_startup_trials=_RANDOM_TRIALS)
    return dict(_study(fields, ended, sampler).ask(_distributions(fields)).params)


def importance(fields: Mapping[str, Any], ended: Sequence[Trial]) -> dict[str, float]:
    """Return the importance of each field for the differences between trials; the sum is 1.

    Empty while fewer than four trials have different values of the metric.
    """
    import optuna

    values = {trial.value for trial in ended if trial.value is not None}
    if len(values) < 4:
        return {}
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    study = _study(fields, ended, optuna.samplers.RandomSampler())
    shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {key: float(share) for key, share in shares.items()}


def _study(fields: Mapping[str, Any], ended: Sequence[Trial], sampler: Any) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize" if HIGHER_IS_BETTER else "minimize", sampler=sampler
    )
    distributions = _distributions(fields)
    for trial in ended:
        if trial.value is not None:
            study.add_trial(
                optuna.trial.create_trial(
                    params=trial.values, distributions=distributions, value=trial.value
                )
            )
    return study


def _distributions(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return Optuna's distributions; logarithmic where a range spans a factor of ten or more."""
    from optuna import distributions

    result: dict[str, Any] = {}
    for key, field in fields.items():
        if "choices" in field:
            result[key] = distributions.CategoricalDistribution(field["choices"])
            continue
        low, high = field["low"], field["high"]
        wide = low > 0 and high / low >= 10
        if field["whole"]:
            result[key] = distributions.IntDistribution(low, high, log=wide)
        else:
            result[key] = distributions.FloatDistribution(low, high, log=wide)
    return result
