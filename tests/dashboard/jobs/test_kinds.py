"""The work of a run obeys a request to stop, and reads the files that were chosen."""

from pathlib import Path

import pytest

from dashboard.jobs.job import Job
from dashboard.jobs.kinds import evaluate, import_files
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from data.errors import BadInput, Cancelled
from data.home import Home
from model.run_files import EVALUATION
from tests.dashboard.test_stored_homes import FINISHED, unpack
from tests.data.logs import HEAD, ROW


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


def test_a_file_that_has_become_a_link_since_it_was_chosen_is_not_read(
    home: Home, tmp_path: Path
) -> None:
    secret, log = tmp_path / "secret", tmp_path / "folder" / "log.csv"
    secret.write_text(HEAD + ROW)
    log.parent.mkdir()
    log.write_text(HEAD + ROW)
    runs = Runs(home)
    run = runs.get(runs.create("import", "log", {"files": [str(log)]}))
    job = Job(home, run, runs.folder(run.run))
    log.unlink()
    log.symlink_to(secret)
    with pytest.raises(BadInput, match=r"log\.csv is a link, which it was not when it was chosen"):
        import_files(job, Reporter(runs, run))
    log.unlink()
    log.write_text(HEAD + ROW)
    assert import_files(job, Reporter(runs, run))
