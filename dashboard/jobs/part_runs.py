"""The runs that compute parts of the lists of a job on other machines."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from dashboard.jobs.job import Job
from dashboard.jobs.queue import PART
from dashboard.jobs.reporter import Reporter, retry_while_unavailable
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.staged_folders import fetch_run
from dashboard.jobs.states import State
from data.errors import BadInput, Cancelled
from model.run_files import PARTS

_POLL_SECONDS = 0.3


class PartRuns:
    """Gives each other machine a share of the parts that are missing, as a run in the queue.

    What such a run has not finished when the job needs it, since nobody has taken it from the queue
    or it has ended otherwise, the job computes itself. They are removed when the job has finished,
    or with it where it did not and is deleted (``Deletion.purge``).

    Parameters
    ----------
    job : Job
        Its own process computes the first parts.
    reporter : Reporter
    """

    def __init__(self, job: Job, reporter: Reporter) -> None:
        self._job = job
        self._reporter = reporter
        self._runs = Runs(job.home)

    def start(self, missing: Sequence[int]) -> None:
        """Queue a run for each other machine; those of an earlier attempt count."""
        taken = {part for run in self._own() for part in run.config["parts"]}
        missing = [number for number in missing if number not in taken]
        machines = retry_while_unavailable(self._runs.lease.machines)
        share = max(-(-len(missing) // max(machines, 1)), 1)
        for begin in range(share, len(missing), share):
            self._queue(missing[begin : begin + share])

    def _queue(self, parts: Sequence[int]) -> None:
        config = {name: value for name, value in self._job.run.config.items() if name != "format"}
        config |= {"job": self._job.run.run, "parts": list(parts)}
        create = partial(self._runs.create, PART, self._job.run.dataset, config)
        run = retry_while_unavailable(create)
        self._reporter.log(f"{run}: parts {parts[0]} to {parts[-1]}")

    def wait(self, number: int) -> Path | None:
        """Return the folder of a run that has computed a part; None where none does.

        Raises
        ------
        Cancelled
            When the job is asked to stop.
        """
        while True:
            if self._reporter.stop():
                self._stop()
                raise Cancelled
            runs = [run for run in self._own() if number in run.config["parts"]]
            for run in runs:
                if run.state is State.QUEUED:
                    self._stop_one(run)
            if not any(run.active for run in runs):
                break
            time.sleep(_POLL_SECONDS)
        for run in runs:
            folder = fetch_run(self._job.home, run.run) / PARTS
            if any(folder.glob(f"*-{number:05d}.npz")):
                return folder
        return None

    def remove(self) -> None:
        """Remove all of these runs: their parts are in the file."""
        for run in self._own():
            self._stop_one(run)
            try:
                retry_while_unavailable(partial(self._runs.deletion.delete, run.run))
            except BadInput as error:  # it is still active
                self._reporter.log(str(error))

    def _stop(self) -> None:
        for run in self._own():
            self._stop_one(run)

    def _stop_one(self, run: Run) -> None:
        """Stop a run where it has not ended meanwhile."""
        if run.ended:
            return
        try:
            retry_while_unavailable(partial(self._runs.request_stop, run.run))
        except BadInput:
            return

    def _own(self) -> list[Run]:
        runs = retry_while_unavailable(
            partial(self._runs.list, kind=PART, dataset=self._job.run.dataset)
        )
        return [run for run in runs if run.config["job"] == self._job.run.run]
