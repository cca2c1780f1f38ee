"""The entry of a child: ``python -m dashboard.jobs.child --home HOME --attempt N RUN``."""

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from dashboard.jobs.failures import LOST, SHUTDOWN, STOPPED_STATUS, classify, sentence, status_of
from dashboard.jobs.kinds import WORK, Job
from dashboard.jobs.process import Process
from dashboard.jobs.reporter import Sink, patiently
from dashboard.jobs.repository import LostClaim
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from dashboard.jobs.states import State
from data.datasets.store import Store
from data.errors import Cancelled, VitrinaError
from data.home import Home

NICENESS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one claimed run and return the exit status that says how it ended."""
    parser = argparse.ArgumentParser(prog="dashboard.jobs.child")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--attempt", type=int, required=True)
    parser.add_argument("run")
    options = parser.parse_args(arguments)
    os.nice(NICENESS)  # pages stay quick while a network trains
    runs = Runs(Home(options.home))
    me = Process.current()
    try:
        claim = patiently(lambda: runs.attempts.begin(options.run, options.attempt, me))
    except LostClaim:
        return status_of(LOST)
    sink = Sink(runs, claim)
    _listen(sink)
    sink.start()
    sink.log(f"{claim.kind} {claim.run}, attempt {claim.attempt}, process {os.getpid()}")
    state, reason, message = _carry_out(runs, claim, sink)
    sink.log(" · ".join(filter(None, (state.value, reason, message))))
    sink.close()
    with suppress(TableError):  # then the exit status says how it ended
        patiently(lambda: runs.attempts.end(claim.run, claim.attempt, state, reason, message))
    if state is State.FINISHED:
        return 0
    return STOPPED_STATUS if reason is None else status_of(reason)


def _listen(sink: Sink) -> None:
    """Take SIGTERM as a request to stop, and a second one as an order."""

    def on_term(_number: int, _frame: FrameType | None) -> None:
        if sink.stop():
            raise Cancelled
        sink.ask_to_stop()

    signal.signal(signal.SIGTERM, on_term)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _carry_out(runs: Runs, claim: Run, sink: Sink) -> tuple[State, str | None, str | None]:
    """Do the work and return how it ended: the state, and why where it ended badly."""
    job = Job(runs.home, claim, runs.folder(claim.run))
    job.folder.mkdir(parents=True, exist_ok=True)
    try:
        if not sink.stop() and WORK[claim.kind](job, sink):
            return State.FINISHED, None, None
    except Cancelled:
        pass
    except Exception as error:
        with suppress(OSError):  # a full disk has no room for it, and is the very reason
            traceback.print_exc()
        return State.FAILED, classify(error, _data_is_there(job)), sentence(error)
    if _asked_by_a_person(runs, claim):
        return State.STOPPED, None, None
    return State.INTERRUPTED, SHUTDOWN, None


def _data_is_there(job: Job) -> bool:
    if job.run.kind == "import":
        return True
    try:
        Store(job.home).open(job.run.dataset)
    except (VitrinaError, OSError):
        return False
    return True


def _asked_by_a_person(runs: Runs, claim: Run) -> bool:
    try:
        return runs.get(claim.run).stop_requested
    except VitrinaError:
        return False


if __name__ == "__main__":
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # The run has ended in the table: nothing that libraries do at exit may hold the process.
    os._exit(status)
