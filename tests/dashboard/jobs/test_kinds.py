"""The work of a run obeys a request to stop."""

from pathlib import Path

import pytest

from dashboard.jobs.job import Job
from dashboard.jobs.kinds import evaluate
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from data.errors import Cancelled
from model.run_files import EVALUATION
from tests.dashboard.test_stored_homes import FINISHED, unpack


def test_a_stopped_evaluation_keeps_the_one_before_it(tmp_path: Path) -> None:
    home = unpack("v0.1.0", tmp_path)
    runs = Runs(home)
    before = (runs.folder(FINISHED) / EVALUATION).read_bytes()
    name = runs.create("evaluate", "demo", {"run": FINISHED})
    run = runs.get(name)
    reporter = Reporter(runs, run)
    reporter.ask_to_stop()
    with pytest.raises(Cancelled):
        evaluate(Job(home, run, runs.folder(name)), reporter)
    assert (runs.folder(FINISHED) / EVALUATION).read_bytes() == before
