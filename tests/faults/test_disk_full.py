"""A disk that fills up during a checkpoint: the run fails with a reason, and resumes with space."""

import random
import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dashboard.jobs.failures import DISK
from dashboard.jobs.run import Run
from dashboard.jobs.states import State
from tests.faults.conftest import TINY, Place

pytestmark = [pytest.mark.fault, pytest.mark.slow]

# The system refuses this process any file above 3 MB, as a full disk would: smaller than the
# checkpoint of the network below, larger than the table of runs and the log.
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
from dashboard.jobs.child import main
sys.exit(main(sys.argv[1:]))
"""
ROOM = 4_000_000
WIDE = TINY | {"width": 320, "epochs": 12}


def test_a_full_disk_fails_the_run_which_resumes_with_space_and_loses_no_epoch(
    place: Place, moments: random.Random
) -> None:
    run = place.runs.create("train", place.dataset(), WIDE)
    claimed = place.runs.queue.claim()
    assert claimed is not None
    arguments = ["--home", str(place.home.path), "--attempt", "1", run]
    child = subprocess.run([sys.executable, "-c", LIMITED, *arguments], check=False)
    assert child.returncode != 0
    assert_failed(place, place.runs.get(run))
    place.runs.resume(run)
    place.worker()
    for _time in range(2):
        place.learnt(run, epochs=1)
        time.sleep(moments.random())  # the moment when the disk is full, not a wait for anything
        table = sqlite3.connect(place.home.database, timeout=60)
        table.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the table has room for what is told
        table.close()
        process = place.child(run)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
        assert_failed(place, place.reached(run, State.FAILED))
        place.runs.resume(run)
    place.reached(run, State.FINISHED)
    assert [entry["epoch"] for entry in place.runs.metrics.history(run)] == list(range(1, 13))


def assert_failed(place: Place, failed: Run) -> None:
    """A run has failed because the disk is full, and left no part of a checkpoint."""
    assert (failed.state, failed.reason, failed.pid) == (State.FAILED, DISK, None)
    files = (place.runs.folder(failed.run) / "checkpoint").glob("*")
    assert [file.name for file in files] == (["state.npz"] if failed.epochs_done else [])


def test_a_worker_that_cannot_write_its_log_goes_on(place: Place) -> None:
    run = place.runs.create("import", "tiny", {"files": [str(place.log())]})
    with Path("/dev/full").open("w") as full:
        place.worker(stdout=full)
        place.reached(run, State.FINISHED)
