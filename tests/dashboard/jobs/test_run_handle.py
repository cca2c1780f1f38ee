"""A run handle answers from row and files, and reads a file again after it has changed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.jobs import run_handle
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.run import Run
from dashboard.jobs.run_handle import RunHandle, open_run, runs_with_model
from dashboard.jobs.runs_table import Runs
from data.errors import BadInput
from data.home import Home
from model.config.run_config import RunConfig
from model.run_files import BLEND, EVALUATION, MODEL, RECORD
from model.training.monitored import MONITORED


@pytest.fixture
def handle(home: Home, runs: Runs) -> RunHandle:
    run = runs.create("train", "demo", RunConfig(epochs=3).as_dict())
    runs.folder(run).mkdir(parents=True)
    return open_run(home, run)


def write(handle: RunHandle, name: str, value: Any) -> None:
    (handle.folder / name).write_text(json.dumps(value), encoding="utf-8")


def test_the_configuration_is_parsed_once(handle: RunHandle) -> None:
    assert handle.config == RunConfig(epochs=3)
    assert handle.config is handle.config


def test_an_unknown_run_is_bad_input(home: Home) -> None:
    with pytest.raises(BadInput, match="There is no run demo-9"):
        open_run(home, "demo-9")


def test_a_run_that_never_started_has_no_files(home: Home, runs: Runs) -> None:
    handle = open_run(home, runs.create("train", "demo", {}))
    assert not handle.folder.exists()
    assert (handle.best, handle.evaluation, handle.record, handle.held_out) == ({}, {}, {}, {})
    assert (handle.served_model, handle.test_metrics, handle.dataset_version) == ({}, {}, None)
    assert not handle.has_model
    assert not handle.outcomes.exist


def test_the_best_epoch_is_that_of_the_monitored_metric(
    home: Home, runs: Runs, training: Run
) -> None:
    for epoch, (loss, ndcg) in enumerate([(5.0, 0.040), (5.2, 0.050)], 1):
        points = {"val_loss": loss, MONITORED: ndcg}
        runs.metric_writer.append(
            training.run,
            1,
            [Point(epoch, None, name, value, 0.0) for name, value in points.items()],
        )
    assert open_run(home, training.run).best == {"epoch": 2, "val_loss": 5.2, MONITORED: 0.050}


def test_the_held_out_parts_are_known_without_an_evaluation(handle: RunHandle) -> None:
    starts = {"validation": "2019-11-20T00:00:00+00:00", "test": "2019-11-25T12:00:00+00:00"}
    write(handle, RECORD, {"dataset": {"version": "abc"}, "held_out": starts})
    assert handle.held_out == {
        "validation": datetime(2019, 11, 20, tzinfo=UTC),
        "test": datetime(2019, 11, 25, 12, tzinfo=UTC),
    }
    assert handle.dataset_version == "abc"


def test_the_served_model_is_the_first_network_of_the_evaluation(handle: RunHandle) -> None:
    write(
        handle,
        EVALUATION,
        {
            "models": [
                {"name": "popularity", "kind": "baseline", "metrics": {"hr@1": 0.1}},
                {"name": "blend", "kind": "network", "metrics": {"hr@1": 0.3}},
                {"name": "gru", "kind": "network", "metrics": {"hr@1": 0.2}},
            ]
        },
    )
    assert handle.served_model["name"] == "blend"
    assert handle.test_metrics == {"hr@1": 0.3}


def test_an_evaluation_is_read_once_and_again_after_a_change(handle: RunHandle) -> None:
    write(handle, EVALUATION, {"targets": 5})
    first = handle.evaluation
    assert handle.evaluation is first
    write(handle, EVALUATION, {"targets": 500})
    assert handle.evaluation == {"targets": 500}
    (handle.folder / EVALUATION).unlink()
    assert handle.evaluation == {}


def test_a_run_without_a_model_refuses_to_predict(home: Home, handle: RunHandle) -> None:
    assert runs_with_model(home) == []
    with pytest.raises(BadInput, match="has no model yet"):
        _ = handle.predictor


def test_a_model_is_loaded_again_when_it_or_its_blend_has_changed(
    home: Home, handle: RunHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []
    monkeypatch.setattr(run_handle._MODELS, "_read", lambda folder: loaded.append(folder) or folder)
    (handle.folder / MODEL).write_bytes(b"network")
    assert [ready.name for ready in runs_with_model(home)] == [handle.name]
    for _time in range(2):
        assert handle.predictor == handle.folder
    assert len(loaded) == 1
    (handle.folder / BLEND).write_bytes(b"weights")
    _ = handle.predictor
    assert len(loaded) == 2
    (handle.folder / MODEL).write_bytes(b"a longer network")
    _ = handle.predictor
    assert len(loaded) == 3
