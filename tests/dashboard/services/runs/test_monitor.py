"""Watching a run costs a few rows, and says how far it is and how long it may still take."""

import dataclasses
import sys

import pytest

import vitrina
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.runs import monitor
from dashboard.training_metrics import Curve, TrainingMetrics
from data.errors import VitrinaError
from data.home import Home
from model.phases import Phase
from model.training.monitored import MONITORED


@pytest.fixture
def run(home: Home) -> Run:
    table = Runs(home)
    return table.get(table.create("train", "demo", {"epochs": 10}))


def running(run: Run, **changes) -> Run:
    return dataclasses.replace(run, state=State.RUNNING, **changes)


def history(*seconds):
    return [
        {"epoch": epoch, "seconds": taken, "targets": 1000}
        for epoch, taken in enumerate(seconds, 1)
    ]


def test_marks_stay_while_nothing_happens_and_move_with_the_log(home: Home, run: Run):
    before = monitor.marks(home, run)
    assert monitor.marks(home, run) == before
    folder = Runs(home).folder(run.run)
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text("a line\n")
    assert monitor.marks(home, run).log > before.log


def test_a_log_that_is_a_link_to_itself_counts_as_none(home: Home, run: Run):
    folder = Runs(home).folder(run.run)
    folder.mkdir(parents=True)
    (folder / "log.txt").symlink_to("log.txt")
    assert monitor.marks(home, run).log == 0


def test_the_share_done_counts_what_is_done_of_an_epoch(run: Run):
    assert monitor.share_done(running(run, epochs_done=2)) == 0.2
    within = running(run, epochs_done=2, progress={"epochs": 10, "epoch": 3, "share": 0.5})
    assert monitor.share_done(within) == 0.25


def test_the_share_of_an_epoch_that_is_over_counts_no_more(run: Run):
    ended = running(run, epochs_done=2, progress={"epochs": 10, "epoch": 2, "share": 1.0})
    assert monitor.share_done(ended) == 0.2


def test_an_import_is_as_far_as_its_bytes(run: Run):
    assert monitor.share_done(running(run, progress={"bytes_done": 5, "bytes_total": 20})) == 0.25


def test_time_left_reaches_from_the_fastest_epochs_to_the_slowest(run: Run):
    low, high = monitor.time_left(
        running(run, epochs_done=5), TrainingMetrics(history(10, 12, 11)), 0.0
    )
    assert low == 50
    assert high > 60


def test_patience_may_end_a_training_long_before_its_limit(run: Run):
    patient = running(run, epochs_done=5, config={"epochs": 10, "early_stopping": 3})
    epochs = [
        {**entry, MONITORED: value}
        for entry, value in zip(history(10, 10, 10, 10, 10), [1, 2, 5, 4, 3], strict=True)
    ]
    low, high = monitor.time_left(patient, TrainingMetrics(epochs), 0.0)
    assert low == 10  # the best epoch is the third, two since then were no better
    assert high > 50
    extended = dataclasses.replace(patient, config={"epochs": 10, "early_stopping": 1})
    low, _high = monitor.time_left(extended, TrainingMetrics(epochs), 0.0)
    assert low == 0


def test_before_the_first_epoch_time_left_is_judged_by_its_share(run: Run):
    early = running(run, progress={"epochs": 10, "epoch": 1, "share": 1.0})
    begun = TrainingMetrics(curves={"loss": Curve([1], [1], [5.0], [100.0])})
    low, high = monitor.time_left(early, begun, now=110.0)
    assert low < 90 < high


def test_nothing_is_left_of_a_run_that_waits_or_has_ended(run: Run):
    assert monitor.time_left(run, TrainingMetrics(history(10)), 0.0) is None
    ended = dataclasses.replace(run, state=State.FINISHED, epochs_done=10)
    assert monitor.time_left(ended, TrainingMetrics(history(10)), 0.0) is None


def test_throughput_of_a_running_run_is_that_of_its_newest_steps(run: Run):
    now = running(run, progress={"speed": 1234.5})
    assert monitor.throughput(TrainingMetrics(history(10, 5)), now) == 1234.5
    ended = dataclasses.replace(now, state=State.FINISHED)
    assert monitor.throughput(TrainingMetrics(history(10, 5)), ended) == 200


def test_throughput_is_that_of_the_newest_epoch():
    assert monitor.throughput(TrainingMetrics(history(10, 5))) == 200
    assert monitor.throughput(TrainingMetrics()) is None


def test_a_long_log_shows_its_last_whole_lines(home: Home, run: Run):
    folder = Runs(home).folder(run.run)
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text("".join(f"line {number}\n" for number in range(100)))
    assert monitor.log_tail(home, run.run, size=20) == "line 98\nline 99\n"


def test_the_log_has_no_lines_of_tensorflow_about_itself(home: Home, run: Run):
    folder = Runs(home).folder(run.run)
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text(
        "2026-11-30 05:14:36 train demo-1, attempt 1, process 19069\n"
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1796015676.410559   19069 port.cc:153] oneDNN custom operations are on.\n"
        "E0000 00:00:1796015676.410559   19069 gpu.cc:153] Out of memory.\n"
    )
    kept = [line.partition(" ")[0] for line in monitor.log_tail(home, run.run).splitlines()]
    assert kept == ["2026-11-30", "E0000"]


def test_following_a_run_ends_with_a_sentence_where_its_worker_cannot_start(
    home: Home, run: Run, monkeypatch: pytest.MonkeyPatch
):
    failing = [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(vitrina, "command", lambda *_arguments: failing)
    with pytest.raises(VitrinaError, match=r"worker\.log"):
        list(monitor.follow(home, run.run))
    assert Runs(home).get(run.run).state == State.QUEUED


def test_after_the_epochs_the_share_and_the_time_left_are_those_of_the_phase(run: Run):
    progress = {"epoch": 10, "phase": "baselines", "phase_share": 0.25, "phase_seconds": 30.0}
    fitting = running(run, epochs_done=10, progress=progress)
    assert monitor.phase(fitting) is Phase.BASELINES
    assert monitor.share_done(fitting) == 0.25
    low, high = monitor.time_left(fitting, TrainingMetrics(history(10)), 0.0)
    assert low < 90.0 < high


def test_a_phase_whose_share_is_unknown_has_no_time_left(run: Run):
    exporting = running(run, progress={"phase": "export", "phase_seconds": 1.0})
    assert monitor.share_done(exporting) is None
    assert monitor.time_left(exporting, TrainingMetrics(history(10)), 0.0) is None


def test_the_phases_are_those_of_the_configuration_with_the_time_of_each(run: Run):
    taken = {"preparation": 2.0, "training": 60.0}
    progress = {"phase": "export", "phases": taken}
    exporting = running(run, progress=progress)
    assert list(monitor.phases(exporting)) == [one for one in Phase if one is not Phase.BLEND]
    assert monitor.phases(exporting)[Phase.TRAINING] == 60.0
    assert monitor.phases(exporting)[Phase.EVALUATION] is None
    blending = dataclasses.replace(exporting, config={"epochs": 10, "blend": True})
    assert Phase.BLEND in monitor.phases(blending)
    assert monitor.phases(running(run)) == {}


def test_a_failed_run_is_explained_where_its_reason_was_not_noted(run: Run):
    failed = dataclasses.replace(run, state=State.FAILED, reason=None)
    assert monitor.explanation(failed) is not None
    assert monitor.explanation(dataclasses.replace(failed, state=State.FINISHED)) is None
