"""The head of a run's page says what the run does now."""

import dataclasses

from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.pages.runs import run_status
from data.home import Home
from model.phases import Phase, phase_name
from tests.dashboard.text import text_of


def test_the_bar_names_the_phase_that_is_marked_below_it(home: Home) -> None:
    table = Runs(home)
    run = table.get(table.create("train", "demo", {"epochs": 10}))
    for phase in Phase:
        present = dataclasses.replace(run, state=State.RUNNING, progress={"phase": phase.value})
        assert phase_name(phase) in text_of(run_status.bar(present, None, None))
    first = {"phase": Phase.TRAINING.value, "epoch": 1, "epochs": 10}
    training = dataclasses.replace(run, state=State.RUNNING, progress=first)
    assert "Epoch 1 of 10" in text_of(run_status.bar(training, None, None))
