"""``vitrina mlflow`` logs trainings to a tracking server, which runs here, once each."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.cli import run as type_command
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.runs.mlflow_server import without_secrets
from data.files import read_json
from data.home import Home
from tests.dashboard.cli.conftest import Answer

Shop = tuple[Home, str]
EPOCHS = ({"loss": 2.0, "val_ndcg@10": 0.2}, {"loss": 1.0, "val_ndcg@10": 0.3})
SECRET = "hush"
NO_SERVER = "http://127.0.0.1:1"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of MLflow's own server, with a database and a folder of artifacts.

    ``mlflow server`` starts the same one, with what only the pages of MLflow need.
    """
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder / 'mlflow.db'}",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(folder / "artifacts"),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    command = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", "mlflow.server:app"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
    try:
        wait_for(address, process, folder / "log")
        yield address
    finally:
        process.terminate()
        process.wait(30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 240
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(f"{address}/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture
def finished(own_shop: Shop) -> Shop:
    """A home and the name of a run with two epochs, the model and the figures of the shop's."""
    home, trained = own_shop
    runs = Runs(home)
    run = runs.create("train", "toy", runs.get(trained).config, preset="fast", label="a label")
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(run, claimed.attempt, Process.current())
    points = [
        *(Point(1, step, "loss", 3.0, 1_700_000_000.0 + step) for step in (1, 2)),
        *(
            Point(epoch, None, name, value, 1_700_000_000.0 + 10 * epoch)
            for epoch, metrics in enumerate(EPOCHS, start=1)
            for name, value in metrics.items()
        ),
    ]
    runs.metric_writer.append(run, claimed.attempt, points)
    runs.attempts.end(run, claimed.attempt, State.FINISHED, None, None)
    shutil.copytree(runs.folder(trained), runs.folder(run))
    return home, run


def log(capsys: pytest.CaptureFixture[str], home: Home, *words: str) -> Answer:
    capsys.readouterr()
    code = type_command(["--home", str(home.path), "mlflow", *words])
    printed = capsys.readouterr()
    return Answer(code, printed.out, printed.err)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("MLFLOW_"):
            monkeypatch.delenv(name)


def logged_runs(server: str, experiment: str = "vitrina/toy") -> list[Any]:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=server)
    found = client.get_experiment_by_name(experiment)
    return list(client.search_runs([found.experiment_id])) if found else []


@pytest.mark.slow
def test_a_run_has_its_parameters_curve_figures_and_bundle_once(
    server: str, finished: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.tracking import MlflowClient

    home, run = finished
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    first = log(capsys, home, run, "--json")
    assert (first.code, first.err) == (0, "")
    (answer,) = first.json
    assert answer | {"mlflow_run": ""} == {
        "run": run,
        "experiment": "vitrina/toy",
        "mlflow_run": "",
        "was_there": False,
    }
    client = MlflowClient(tracking_uri=server)
    stored = client.get_run(answer["mlflow_run"])
    config, evaluation = Runs(home).get(run).config, evaluation_of(home, run)
    assert stored.data.params.keys() == config.keys()
    assert stored.data.params["epochs"] == str(config["epochs"])
    assert stored.data.params["features"] == ", ".join(config["features"])
    assert stored.data.params["preparation.last"] == ""
    assert stored.data.tags["vitrina.dataset"] == "toy"
    assert stored.data.tags["vitrina.serves"] == "network"
    assert len(stored.data.tags["vitrina.dataset_version"]) >= 8
    assert "vitrina.version.tensorflow" in stored.data.tags
    assert (stored.info.run_name, stored.info.status) == ("a label", "FINISHED")
    assert stored.data.metrics["test/network/ndcg_at_10"] == pytest.approx(
        evaluation["models"][0]["metrics"]["ndcg@10"]
    )
    low, _high = evaluation["models"][0]["ci95"]["ndcg@10"]
    assert stored.data.metrics["test/network/ndcg_at_10/low"] == pytest.approx(low)
    assert files(client, answer["mlflow_run"]) >= {"bundle/model.onnx", "bundle/example.py"}

    again = log(capsys, home, run)
    assert again.out.startswith(f"Brought run {run} up to date in experiment vitrina/toy")
    assert [one.info.run_id for one in logged_runs(server)] == [answer["mlflow_run"]]
    history = client.get_metric_history(answer["mlflow_run"], "val_ndcg_at_10")
    points = sorted((point.step, point.value, point.timestamp) for point in history)
    assert points == [(1, 0.2, 1_700_000_010_000), (2, 0.3, 1_700_000_020_000)]
    assert len(client.get_metric_history(answer["mlflow_run"], "loss")) == 2


def evaluation_of(home: Home, run: str) -> Any:
    return read_json(Runs(home).folder(run) / "evaluation.json")


def files(client: Any, mlflow_run: str) -> set[str]:
    return {file.path for file in client.list_artifacts(mlflow_run, "bundle")}


@pytest.mark.slow
def test_two_homes_with_runs_of_one_name_are_two_runs(
    server: str, finished: Shop, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home, run = finished
    words = ("--tracking-uri", server, "--experiment", "shared")
    assert log(capsys, home, run, *words).code == 0
    with Runs(home).database.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET created = created + 1 WHERE run = ?", (run,))
    assert log(capsys, home, run, *words).out.startswith(f"Logged run {run}")
    assert len(logged_runs(server, "shared")) == 2


@pytest.mark.slow
def test_another_value_of_a_parameter_is_said(
    server: str, finished: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = finished
    words = ("--tracking-uri", server, "--experiment", "extended")
    assert log(capsys, home, run, *words).code == 0
    runs = Runs(home)
    runs.extend(run, 5)
    claimed = runs.queue.claim()
    assert claimed is not None
    active = log(capsys, home, run, *words)
    assert (active.code, "log it when it has ended" in active.err) == (2, True)
    runs.attempts.begin(run, claimed.attempt, Process.current())
    runs.attempts.end(run, claimed.attempt, State.FINISHED, None, None)
    again = log(capsys, home, run, *words)
    assert (again.code, "another value of epochs" in again.err) == (2, True)


@pytest.mark.slow
def test_a_full_disk_is_not_said_to_be_the_server_s_fault(
    server: str, finished: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(*_words: object) -> None:
        raise OSError(28, "No space left on device", "bundle/model.onnx")

    monkeypatch.setattr("dashboard.services.recommendations.exports.export", export)
    home, run = finished
    answer = log(capsys, home, run, "--tracking-uri", server, "--experiment", "full disk")
    assert answer.err == "bundle/model.onnx cannot be used: No space left on device.\n"


@pytest.mark.slow
def test_a_server_that_speaks_no_mlflow_is_named(
    server: str, finished: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = finished
    answer = log(capsys, home, run, "--tracking-uri", f"{server}/nothing/here")
    assert (answer.code, len(answer.err.splitlines())) == (1, 1)
    assert f"{server}/nothing/here did not take the run" in answer.err


def test_a_server_that_is_down_is_named_without_its_password(
    finished: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, run = finished
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ana:{SECRET}@127.0.0.1:1/?token={SECRET}")
    answer = log(capsys, home, run)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "The tracking server http://127.0.0.1:1/ does not answer; check the address, or start it.\n"
    )
    assert not (home.path / "errors.log").exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ((), "name one with --tracking-uri or in MLFLOW_TRACKING_URI"),
        (("--tracking-uri", f"http://ana:{SECRET}@{NO_SERVER[7:]}"), "must hold no password"),
        (("--tracking-uri", "nonsense"), "takes an address"),
    ],
)
def test_an_address_that_cannot_be_is_refused(
    finished: Shop, capsys: pytest.CaptureFixture[str], address: tuple[str, ...], words: str
) -> None:
    home, run = finished
    answer = log(capsys, home, run, *address)
    assert (answer.code, words in answer.err) == (2, True)
    assert SECRET not in answer.err


def test_what_is_no_finished_training_is_refused(
    own_shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = own_shop
    runs = Runs(home)
    names = [
        ("toy-9", "no run"),
        (runs.create("evaluate", "toy", {"run": run}), "is no training"),
        (runs.create("train", "toy", runs.get(run).config), "log it when it has ended"),
    ]
    for name, words in names:
        answer = log(capsys, home, name, "--tracking-uri", NO_SERVER)
        assert (answer.code, words in answer.err) == (2, True), answer.err


def test_without_mlflow_its_extra_is_named(
    finished: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    home, run = finished
    answer = log(capsys, home, run, "--tracking-uri", NO_SERVER)
    assert (answer.code, "pip install 'vitrina[mlflow]'" in answer.err) == (2, True)


@pytest.mark.parametrize(
    "address", [f"http://[{SECRET}", f"http://{SECRET}:99999999/", f"databricks://{SECRET}@x"]
)
def test_no_address_is_shown_with_what_may_be_secret(address: str) -> None:
    assert SECRET not in without_secrets(address)
