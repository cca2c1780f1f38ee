"""The machine's clock is set back, again and again, while a worker and a training are at work."""

import random
from pathlib import Path

import pytest

from dashboard.jobs.states import State
from tests.faults.conftest import Place, until

pytestmark = [pytest.mark.fault, pytest.mark.slow]

# Every Python that finds this module on its way believes the clock that a file holds.
FALSE_CLOCK = """
import os, pathlib, time
_true, _file = time.time, pathlib.Path(os.environ["FALSE_CLOCK"])
time.time = lambda: _true() + float(_file.read_text() or 0)
time.time_ns = lambda: int(time.time() * 1e9)
"""
TIMES = 4


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the seconds by which the clock of every process started from now on is wrong."""
    folder = tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(FALSE_CLOCK)
    file = folder / "seconds"
    file.write_text("0")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("FALSE_CLOCK", str(file))
    return file


def _set(clock: Path, seconds: float) -> None:
    new = clock.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(clock)


def test_runs_continue_while_the_clock_is_set_back_and_forth(
    place: Place, clock: Path, moments: random.Random
) -> None:
    run = place.training(epochs=60)
    place.worker()
    place.learnt(run, epochs=1)
    child, worker = place.child(run), place.worker_process()
    for _time in range(TIMES):
        _set(clock, moments.choice([-86_400.0, -3_600.0, -90.0, 7_200.0]))
        place.learnt(run, epochs=moments.randrange(1, 4))
        assert (place.child(run), place.worker_process()) == (child, worker)
    finished = place.reached(run, State.FINISHED)
    assert finished.attempt == 1
    assert [entry["epoch"] for entry in place.runs.metrics.history(run)] == list(range(1, 61))


def test_a_worker_killed_under_a_later_clock_is_replaced(place: Place, clock: Path) -> None:
    _set(clock, 86_400.0)
    future = place.worker()
    run = place.runs.create("import", "first", {"files": [str(place.log())]})
    place.reached(run, State.FINISHED)
    future.kill()
    until(lambda: future.poll() is not None)
    _set(clock, -3_600.0)
    place.worker()
    later = place.runs.create("import", "second", {"files": [str(place.log())]})
    place.reached(later, State.FINISHED)
