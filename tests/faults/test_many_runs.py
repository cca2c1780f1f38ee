"""Many queued runs: each is executed, and none of them twice."""

import random
import time

import pytest

from dashboard.jobs.states import State
from tests.databases import on_both_databases
from tests.faults.conftest import Place

pytestmark = [pytest.mark.fault, pytest.mark.slow]

RUNS = 24


@on_both_databases
def test_many_queued_runs_finish_each_exactly_once(place: Place, moments: random.Random) -> None:
    file = str(place.log())
    names = [place.runs.create("import", f"set{n}", {"files": [file]}) for n in range(RUNS)]
    place.worker()
    for _late in range(2):  # a worker that starts later must not start any run again
        time.sleep(moments.random())
        place.worker()
    finished = place.reached_all(names, State.FINISHED)
    assert [run.attempt for run in finished] == [1] * RUNS
    assert sorted(place.datasets()) == sorted(f"set{n}" for n in range(RUNS))
    for name in names:
        log = (place.runs.folder(name) / "log.txt").read_text()
        assert (log.count("attempt 1"), log.count(" finished")) == (1, 1)
