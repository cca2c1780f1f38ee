"""A training that replaces the model in service where it is no worse, and else is a candidate."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.jobs.job import Job
from dashboard.jobs.outbox import CANDIDATE, REPLACED
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.staged_folders import fetch_run
from dashboard.jobs.states import State
from dashboard.jobs.training_series import TrainingSeries, Trial
from data.datasets.store import Store
from data.errors import BadInput, Cancelled
from data.i18n import _
from model.metrics.protocol_metrics import metrics_of

FILE = "retraining.json"
USER = "retraining"
"""Who changes the model in service, in the history of promotions."""


def retrain(job: Job, reporter: Reporter) -> bool:
    """Train again, and replace the model in service where the new one is no worse.

    Raises
    ------
    BadInput
        When the training did not finish.
    """
    return _Retraining(job, reporter, FILE).run()


class _Retraining(TrainingSeries):
    def next_values(self, ended: Sequence[Trial]) -> dict[str, Any]:
        del ended
        return {}

    def run(self) -> bool:
        if not super().run():
            return False
        (trial,) = self.trials
        if trial.state != State.FINISHED.value:
            raise BadInput(_("The training {run} did not finish.").format(run=trial.run))
        runs, dataset = Runs(self.job.home), self.job.run.dataset
        comparison, reason = self._compare(trial.run)
        if comparison and not reason:
            reason = self._replace(runs, trial.run)
        event = CANDIDATE if reason else REPLACED
        words = reason or _(
            "It replaces {run} ({metric} {difference}, 95% interval {low} to {high}, on {targets}"
            " targets)."
        ).format(run=self.plan["in_service"], **_in_words(comparison))
        runs.edit(trial.run, note=words)
        self.reporter.log(words)
        self.write({"replaced": not reason, "reason": words, "comparison": comparison})
        data = {"run": trial.run, "dataset": dataset, "kind": "retrain", "message": words}
        runs.outbox.add(event, f"{trial.run}/{event}", data)
        return True

    def _compare(self, run: str) -> tuple[Mapping[str, Any], str]:
        """Return the comparison with the model in service, and why the new one does not replace it.

        The comparison is empty where there is none; the reason is empty where it does.
        """
        from model.evaluation.later_comparison import compare_later

        home, before = self.job.home, self.plan["in_service"]
        folders = fetch_run(home, before), fetch_run(home, run)
        try:
            with Store(home).reading(self.job.run.dataset) as opened:
                comparison = compare_later(*folders, opened, self._raise_if_stopped)
        except BadInput as error:
            return {}, str(error)
        if _difference(comparison)["low"] >= -self.plan["tolerance"]:
            return comparison, ""
        return comparison, _(
            "It stays a candidate: it may be worse than {run} ({metric} {difference}, 95% interval"
            " {low} to {high}, on {targets} targets)."
        ).format(run=before, **_in_words(comparison))

    def _replace(self, runs: Runs, run: str) -> str:
        """Put a run into service; return why not where somebody has changed the model meanwhile."""
        newest = runs.promotions.newest(self.job.run.dataset)
        if newest is None or newest.run != self.plan["in_service"]:
            return _("It stays a candidate: the model in service was changed meanwhile.")
        try:
            runs.promotions.promote(run, user=USER, seen=newest.number)
        except BadInput as error:
            return str(error)
        return ""

    def _raise_if_stopped(self) -> None:
        if self.reporter.stop():
            raise Cancelled


def _difference(comparison: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the difference of the metric by which models are compared, with its interval."""
    difference: Mapping[str, float] = comparison["difference"][_metric(comparison)]
    return difference


def _metric(comparison: Mapping[str, Any]) -> str:
    return metrics_of(comparison["protocol"]).compared[0]


def _in_words(comparison: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts of a sentence about a comparison."""
    difference = _difference(comparison)
    return {
        "metric": _metric(comparison).upper(),
        "difference": f"{difference['value']:+.4f}",
        "low": f"{difference['low']:+.4f}",
        "high": f"{difference['high']:+.4f}",
        "targets": str(comparison["targets"]),
    }
