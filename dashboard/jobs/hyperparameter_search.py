"""Hyperparameter search: trainings whose values are suggested from the results so far.

Values are suggested by the tree-structured Parzen estimator (Bergstra et al. 2011) of Optuna, and
the importance of each field is computed by PED-ANOVA (Watanabe et al. 2023). Both start from the
trials that there are, so that an interrupted search resumes without a state of its own. A trial
that still runs counts as a poor one (constant liar, Ginsbourger et al. 2010): trials at once would
else all try what is thought to be best.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.jobs.job import Job
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.training_series import TrainingSeries, Trial
from model.training.monitored import HIGHER_IS_BETTER

FILE = "search.json"
_RANDOM_TRIALS = 8  # before values are suggested


def search(job: Job, reporter: Reporter) -> bool:
    """Run a search; False when it was stopped.

    Raises
    ------
    BadInput
        When the first trials all failed.
    """
    return _Search(job, reporter, FILE).run()


class _Search(TrainingSeries):
    def next_values(self, ended: Sequence[Trial]) -> dict[str, Any]:
        del ended
        return suggest(self.plan["fields"], self.trials, number=len(self.trials))

    def findings(self, ended: Sequence[Trial]) -> dict[str, Any]:
        return {"importance": importance(self.plan["fields"], ended)}


def suggest(fields: Mapping[str, Any], trials: Sequence[Trial], number: int) -> dict[str, Any]:
    """Return the values of the next trial, suggested from the trials so far.

    Parameters
    ----------
    fields : mapping
        From keys to ``{"low", "high", "whole"}`` or ``{"choices"}``.
    trials : sequence of Trial
        Those that run, too.
    number : int
        Number of earlier suggestions; seeds the sampler.
    """
    import optuna

    with warnings.catch_warnings(category=optuna.exceptions.ExperimentalWarning, action="ignore"):
        sampler = optuna.samplers.TPESampler(
            seed=number, n_startup_trials=_RANDOM_TRIALS, constant_liar=True
        )
    return dict(_study(fields, trials, sampler).ask(_distributions(fields)).params)


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


def _study(fields: Mapping[str, Any], trials: Sequence[Trial], sampler: Any) -> Any:
    import optuna
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize" if HIGHER_IS_BETTER else "minimize", sampler=sampler
    )
    distributions = _distributions(fields)
    for trial in trials:
        if trial.ended and trial.value is None:
            continue
        study.add_trial(
            optuna.trial.create_trial(
                state=TrialState.COMPLETE if trial.ended else TrialState.RUNNING,
                params=trial.values,
                distributions=distributions,
                value=trial.value if trial.ended else None,
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
