"""A search: ordinary trainings one after another, each with values that those before it suggest.

Values are suggested by the tree-structured Parzen estimator (Bergstra et al. 2011) of Optuna, and
how much each field matters is judged by PED-ANOVA (Watanabe et al. 2023). Both are asked anew from
the trainings that have ended, so that a search that was cut short goes on as if it had not been.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.jobs.job import Job
from dashboard.jobs.queue import TRAINING
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from data.errors import BadInput
from data.files import write_json
from data.i18n import _
from model.config.run_config import RunConfig
from model.training.monitored import HIGHER_IS_BETTER, MONITORED

FILE = "search.json"
HOPELESS = 3
"""Trainings that may fail in the beginning before the search gives up."""
_FIRST = 8  # trials at random before any is suggested
_LOOK_SECONDS = 0.3


@dataclass(frozen=True)
class Trial:
    """One training of a search.

    Attributes
    ----------
    run : str
        Its name; empty where the values cannot stand together, so that nothing was started.
    values : dict
        The value of each field.
    state : str
        That of the run when it was looked at last.
    value : float or None
        The figure of its best epoch; None while there is none.
    """

    run: str
    values: dict[str, Any]
    state: str = State.QUEUED.value
    value: float | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return State(self.state) not in _GOING_ON


_GOING_ON = {State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING}


def search(job: Job, reporter: Reporter) -> bool:
    """Carry out a search; False where it was stopped.

    Raises
    ------
    BadInput
        Where the first trainings all failed.
    """
    return _Search(job, reporter).go_on()


class _Search:
    def __init__(self, job: Job, reporter: Reporter) -> None:
        self._job, self._reporter = job, reporter
        self._runs = Runs(job.home)
        self._plan = job.run.config
        self._trials: list[Trial] = []
        self._noted = ""
        file = job.folder / FILE
        if file.exists():
            held = json.loads(file.read_text(encoding="utf-8"))["trials"]
            self._trials = [Trial(**one) for one in held]

    def go_on(self) -> bool:
        while True:
            self._trials = [self._look(trial) for trial in self._trials]
            self._note()
            ended = [trial for trial in self._trials if trial.ended]
            if self._reporter.stop():
                self._call_off()
                return False
            if len(ended) >= self._plan["trials"]:
                return True
            self._give_up_where_hopeless(ended)
            if self._has_room(len(ended)):
                self._start(suggest(self._plan["fields"], ended, number=len(self._trials)))
            else:
                time.sleep(_LOOK_SECONDS)

    def _has_room(self, ended: int) -> bool:
        """Tell whether another training may start: as many at once as the queue lets through."""
        under_way = len(self._trials) - ended
        return len(self._trials) < self._plan["trials"] and under_way < self._runs.queue.parallel()

    def _start(self, values: dict[str, Any]) -> None:
        """Queue a training with some values, and note it before anything else happens."""
        words = ", ".join(f"{key}={short(value)}" for key, value in values.items())
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
            label=words,
            tags=[self._job.run.run],
        )
        self._trials.append(Trial(run, values))
        self._note()
        self._reporter.log(f"{run}: {words}")

    def _look(self, trial: Trial) -> Trial:
        """Return a trial as its run is now; one whose run was deleted counts as failed."""
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

    def _note(self) -> None:
        """Write down how the search is, whole or not at all, where it has changed."""
        ended = [trial for trial in self._trials if trial.ended]
        self._reporter.progress(trials=len(ended), all=self._plan["trials"])
        trials = [asdict(trial) for trial in self._trials]
        text = json.dumps({"trials": trials})
        if text == self._noted:
            return
        self._noted = text
        weights = importance(self._plan["fields"], ended)
        write_json(self._job.folder / FILE, {"trials": trials, "importance": weights})

    def _call_off(self) -> None:
        """Take back what has not begun, where a person stops the search; what has begun goes on."""
        if not self._runs.get(self._job.run.run).stop_requested:
            return
        for trial in list(self._trials):
            if trial.state == State.QUEUED.value and trial.run:
                self._runs.request_stop(trial.run)
                self._trials.remove(trial)  # it was never tried: a search that goes on tries anew
        self._note()

    def _give_up_where_hopeless(self, ended: Sequence[Trial]) -> None:
        if len(ended) >= HOPELESS and all(trial.value is None for trial in ended):
            raise BadInput(
                _("The first {number} trainings gave no figure; look at the log of {run}.").format(
                    number=len(ended), run=ended[-1].run or self._job.run.run
                )
            )


def short(value: object) -> str:
    """Write a value of a field, a long number with four digits.

    Examples
    --------
    >>> short(0.0083429868), short(64), short(True), short("gru")
    ('0.008343', '64', 'true', 'gru')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def suggest(fields: Mapping[str, Any], ended: Sequence[Trial], number: int) -> dict[str, Any]:
    """Return values to try next, from what came of the trials that have ended.

    Parameters
    ----------
    fields : mapping
        From keys to ``{"low", "high", "whole"}`` or ``{"choices"}``.
    ended : sequence of Trial
    number : int
        How many were suggested before; it fixes what is drawn at random.
    """
    import optuna

    sampler = optuna.samplers.TPESampler(seed=number, n_startup_trials=_FIRST)
    return dict(_study(fields, ended, sampler).ask(_distributions(fields)).params)


def importance(fields: Mapping[str, Any], ended: Sequence[Trial]) -> dict[str, float]:
    """Return how much of the differences between trials each field explains; they add up to 1.

    Empty while fewer than four trials have a figure, or all have the same.
    """
    import optuna

    values = {trial.value for trial in ended if trial.value is not None}
    if len(values) < 4:
        return {}
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    study = _study(fields, ended, optuna.samplers.RandomSampler())
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {key: float(share) for key, share in found.items()}


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
    """Return what Optuna draws from; ranges over a power of ten are drawn by their logarithm."""
    from optuna import distributions

    found: dict[str, Any] = {}
    for key, field in fields.items():
        if "choices" in field:
            found[key] = distributions.CategoricalDistribution(field["choices"])
            continue
        low, high = field["low"], field["high"]
        wide = low > 0 and high / low >= 10
        if field["whole"]:
            found[key] = distributions.IntDistribution(low, high, log=wide)
        else:
            found[key] = distributions.FloatDistribution(low, high, log=wide)
    return found
