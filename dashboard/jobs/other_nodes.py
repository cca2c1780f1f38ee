"""The runs of other machines that share the database: those of one that is gone are ended."""

from dashboard.jobs.beats import Beats
from dashboard.jobs.exit_status import end_without_process
from dashboard.jobs.failures import LOST
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import ACTIVE
from dashboard.jobs.worker_log import log

LOST_SECONDS = 60.0
"""A process that has sent no heartbeat for this long is killed; one out of reach counts as ended.
"""


class OtherNodes:
    """Watches the active runs of other nodes.

    A node is gone when its worker and the processes of its runs have sent no heartbeat for
    ``LOST_SECONDS``, as counted by this process. A process that works on although nobody hears of
    it finds its attempt over as soon as it reaches the database again, and ends.

    Parameters
    ----------
    runs : Runs
        The table.
    """

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._beats = Beats()

    def watch(self) -> None:
        """End the runs of nodes that are gone, and then remove the leases of their workers."""
        here = self._runs.node
        holders = [
            lease_holder for lease_holder in self._runs.lease.holders() if lease_holder.node != here
        ]
        active = [run for run in self._runs.list(states=ACTIVE) if run.node != here]
        served = {
            lease_holder.node
            for lease_holder in holders
            if self._beats.silence((lease_holder.node, lease_holder.worker), lease_holder.beats)
            <= LOST_SECONDS
        }
        heard = set()
        for run in active:
            if self._beats.silence((run.run, run.attempt), run.beats) <= LOST_SECONDS:
                heard.add(run.node)
            elif run.node not in served:
                self._end(run)
        for holder in holders:
            if holder.node not in served | heard:
                log(f"{holder.node}: removed its worker, which has sent no heartbeat for a while")
                self._runs.lease.remove(holder)

    def reset(self) -> None:
        """Count silence anew, after a time in which nothing could be heard."""
        self._beats.reset()

    def _end(self, run: Run) -> None:
        state, reason = end_without_process(run, LOST)
        if self._runs.attempts.end(run.run, run.attempt, state, reason):
            log(f"{run.run}: {state.value}, since nothing is heard of {run.node}")
