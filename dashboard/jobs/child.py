"""The process of one run: ``dashboard.jobs.child --home HOME --attempt N RUN``."""

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
from dashboard.jobs.job import Job
from dashboard.jobs.kinds import WORK
from dashboard.jobs.process import Process
from dashboard.jobs.reporter import Reporter, retry_while_unavailable
from dashboard.jobs.repository import LostClaim
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import TableError
from dashboard.jobs.staged_folders import staged_folders
from dashboard.jobs.states import State
from data.datasets.store import Store
from data.errors import Cancelled, VitrinaError
from data.files import remove_leftovers
from data.home import Home
from data.sharing.object_store import StoreUnreachable

NICENESS = 10
Outcome = tuple[State, str | None, str | None]
"""How a run ends: state, reason and message."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a claimed run and return the exit status, which also states the reason."""
    parser = argparse.ArgumentParser(prog="dashboard.jobs.child")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--attempt", type=int, required=True)
    parser.add_argument("run")
    options = parser.parse_args(arguments)
    os.nice(NICENESS)  # so that pages stay fast while a network trains
    runs = retry_while_unavailable(lambda: Runs(Home.default(options.home)))
    process = Process.current()
    try:
        claim = retry_while_unavailable(
            lambda: runs.attempts.begin(options.run, options.attempt, process)
        )
    except LostClaim:
        return status_of(LOST)
    reporter = Reporter(runs, claim)
    _handle_signals(reporter)
    reporter.start()
    reporter.log(f"{claim.kind} {claim.run}, attempt {claim.attempt}, process {os.getpid()}")
    state, reason, message = _staged(runs, claim, reporter)
    reporter.close()
    with suppress(TableError):  # then the worker reads the exit status
        retry_while_unavailable(
            lambda: runs.attempts.end(claim.run, claim.attempt, state, reason, message)
        )
    if state is State.FINISHED:
        return 0
    return STOPPED_STATUS if reason is None else status_of(reason)


def _handle_signals(reporter: Reporter) -> None:
    """Stop at the next step on SIGTERM, at once on a second one; ignore SIGINT."""

    def on_term(_number: int, _frame: FrameType | None) -> None:
        if reporter.stop():
            raise Cancelled
        reporter.ask_to_stop()

    signal.signal(signal.SIGTERM, on_term)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _staged(runs: Runs, claim: Run, reporter: Reporter) -> Outcome:
    """Do the work on the folders of the store, if there is one, and return how it ended."""
    job = Job(runs.home, claim, runs.folder(claim.run))
    outcome: Outcome | None = None
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        with staged_folders(job, reporter) as folders:
            outcome = _carry_out(runs, job, reporter)
            _log(reporter, outcome)
            if folders is not None:
                folders.commit()
    except Exception as error:
        if outcome is None or outcome[0] is State.FINISHED:
            is_stopped = isinstance(error, StoreUnreachable) and reporter.stop()
            outcome = _stopped(runs, claim) if is_stopped else _failed(job, error)
        _log(reporter, outcome)
    return outcome


def _log(reporter: Reporter, outcome: Outcome) -> None:
    state, reason, message = outcome
    reporter.log(" · ".join(filter(None, (state.value, reason, message))))


def _carry_out(runs: Runs, job: Job, reporter: Reporter) -> Outcome:
    """Do the work and return how it ended."""
    claim = job.run
    try:
        remove_leftovers(job.folder)
        if not reporter.stop() and WORK[claim.kind](job, reporter):
            return State.FINISHED, None, None
    except Cancelled:
        pass
    except Exception as error:
        return _failed(job, error)
    return _stopped(runs, claim)


def _failed(job: Job, error: Exception) -> Outcome:
    with suppress(OSError):  # the disk may be full
        traceback.print_exc()
    return State.FAILED, classify(error, _dataset_exists(job)), sentence(error)


def _stopped(runs: Runs, claim: Run) -> Outcome:
    if _stop_requested(runs, claim):
        return State.STOPPED, None, None
    return State.INTERRUPTED, SHUTDOWN, None


def _dataset_exists(job: Job) -> bool:
    if job.run.kind == "import":
        return True
    try:
        Store(job.home).open(job.run.dataset)
    except (VitrinaError, OSError):
        return False
    return True


def _stop_requested(runs: Runs, claim: Run) -> bool:
    try:
        return runs.get(claim.run).stop_requested
    except VitrinaError:
        return False


if __name__ == "__main__":
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # The end of the run is stored: no exit handler of a library may block the process.
    os._exit(status)
