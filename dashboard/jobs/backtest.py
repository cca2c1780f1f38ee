"""A rolling backtest: trainings until several days, judged on what came after each."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from dashboard.jobs.job import Job
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.staged_folders import fetch_run
from dashboard.jobs.states import State
from dashboard.jobs.training_series import TrainingSeries, Trial
from data.datasets.store import Store
from data.errors import BadInput, Cancelled
from data.i18n import _
from model.phases import Phase

FILE = "backtest.json"
LAST_DAY = "preparation.last"


def backtest(job: Job, reporter: Reporter) -> bool:
    """Run a backtest; False when it was stopped.

    Raises
    ------
    BadInput
        When a training did not finish.
    """
    return _Backtest(job, reporter, FILE).run()


class _Backtest(TrainingSeries):
    def next_values(self, ended: Sequence[Trial]) -> dict[str, Any]:
        del ended
        return {LAST_DAY: self.plan["last_days"][len(self.trials)]}

    def run(self) -> bool:
        if not super().run():
            return False
        for trial in self.trials:
            if trial.state != State.FINISHED.value:
                raise BadInput(
                    _("The training {run} did not finish; start the backtest again.").format(
                        run=trial.run or trial.values[LAST_DAY]
                    )
                )
        from model.evaluation.backtest import backtest as judge_runs

        self._judged(0.0)
        home, dataset = self.job.home, self.job.run.dataset
        with Store(home).reading(dataset) as opened:
            self.write(
                judge_runs(
                    [fetch_run(home, trial.run) for trial in self.trials],
                    opened,
                    [date.fromisoformat(trial.values[LAST_DAY]) for trial in self.trials],
                    self._judged,
                )
            )
        return True

    def _judged(self, share: float) -> None:
        """Report how much is judged, which takes longer than a training where a log is large."""
        self.reporter.phase(Phase.EVALUATION, share)
        if self.reporter.stop():
            raise Cancelled
