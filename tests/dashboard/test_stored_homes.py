"""A home that an earlier version wrote opens with everything that is in it."""

import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.app import create_app
from dashboard.cli import run as run_command
from dashboard.jobs.run_handle import open_run, runs_with_model
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.recommendations import buyers
from dashboard.services.recommendations.served_run import serve_run
from data.datasets.store import Store
from data.home import Home
from model.training.monitored import MONITORED, best_epoch

STORED = Path(__file__).resolve().parents[1] / "homes"
FINISHED, INTERRUPTED, QUEUED = "demo-1", "demo-2", "demo-3"
LOCAL = "http://127.0.0.1:8050"


@pytest.fixture(scope="module", params=["v0.1.0"])
def unpacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a stored home, shared by the tests that only read it."""
    return unpack(request.param, tmp_path_factory.mktemp("stored"))


def unpack(name: str, folder: Path) -> Home:
    with tarfile.open(STORED / f"{name}.tar.xz") as archive:
        archive.extractall(folder)
    return Home(folder / "home")


@pytest.fixture
def command(unpacked: Home, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Return the JSON that a command prints about the stored home."""

    def run(*words: str) -> Any:
        code = run_command([*words, "--json", "--home", str(unpacked.path)])
        printed = capsys.readouterr()
        assert (code, printed.err) == (0, "")
        return json.loads(printed.out)

    return run


def test_its_dataset_has_its_figures(command: Callable[..., Any]) -> None:
    assert [dataset["name"] for dataset in command("datasets")] == ["demo"]
    figures = command("stats", "demo")
    assert (figures["users"], figures["purchases"]) == (196, 244)


def test_its_runs_have_their_states_and_metrics(command: Callable[..., Any]) -> None:
    states = {run["run"]: run["state"] for run in command("runs")}
    assert states == {FINISHED: "finished", INTERRUPTED: "interrupted", QUEUED: "queued"}
    record = command("show", FINISHED)
    assert [entry["epoch"] for entry in record["history"]] == [1, 2]
    assert record["config"]["width"] == 4
    assert 0 <= record["test"]["ndcg@10"] <= 1


@pytest.mark.parametrize("run", [FINISHED, INTERRUPTED])
def test_the_best_epoch_goes_by_the_monitored_metric(unpacked: Home, run: str) -> None:
    history = Runs(unpacked).metrics.history(run)
    assert open_run(unpacked, run).best == best_epoch(history)


def test_the_best_epoch_was_migrated(unpacked: Home) -> None:
    history = Runs(unpacked).metrics.history(INTERRUPTED)
    lowest_loss = min(history, key=lambda entry: entry["val_loss"])
    assert open_run(unpacked, INTERRUPTED).best[MONITORED] > lowest_loss[MONITORED]


def test_its_model_its_evaluation_and_its_predictions_are_read(unpacked: Home) -> None:
    assert [handle.name for handle in runs_with_model(unpacked)] == [FINISHED]
    handle = open_run(unpacked, FINISHED)
    assert handle.config.epochs == 2
    assert handle.served_model["name"] == "blend"
    assert len(handle.outcomes.targets) == handle.evaluation["targets"]
    assert set(handle.held_out) == {"validation", "test"}


def test_its_model_recommends_to_a_buyer(command: Callable[..., Any], unpacked: Home) -> None:
    user = buyers.search_buyers(serve_run(unpacked, FINISHED), "")[0].user
    items = command("recommend", FINISHED, "--user", user)["items"]
    assert [item["rank"] for item in items] == list(range(1, 11))


@pytest.mark.parametrize(
    ("path", "query", "text"),
    [
        ("/", "", FINISHED),
        ("/data", "", "Datasets"),
        ("/data/demo", "", "Purchases"),
        ("/runs", "", INTERRUPTED),
        ("/runs/demo-1", "", "run-metric"),
        ("/runs/demo-2", "", "run-metric"),
        ("/runs/demo-3", "", "run-metric"),
        ("/compare", "?runs=demo-1,demo-2", INTERRUPTED),
        ("/train", "?clone=demo-1", "train-"),
        ("/recommend", "?run=demo-1", FINISHED),
    ],
)
def test_its_pages_are_laid_out(unpacked: Home, path: str, query: str, text: str) -> None:
    client = create_app(unpacked).server.test_client()
    inputs = [
        {"id": "_pages_location", "property": "pathname", "value": path},
        {"id": "_pages_location", "property": "search", "value": query},
    ]
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": ".._pages_content.children..._pages_store.data..",
            "outputs": [
                {"id": "_pages_content", "property": "children"},
                {"id": "_pages_store", "property": "data"},
            ],
            "inputs": inputs,
            "changedPropIds": ["_pages_location.pathname"],
            "state": [],
        },
        base_url=LOCAL,
    )
    assert answer.status_code == 200
    assert text in answer.text


def test_an_interrupted_training_of_it_resumes_from_its_checkpoint(tmp_path: Path) -> None:
    from model.training.trainer import train
    from tests.model.training.test_trainer import Notes

    home, notes = unpack("v0.1.0", tmp_path), Notes()
    runs = Runs(home)
    epochs = runs.get(INTERRUPTED).epochs_done
    runs.resume(INTERRUPTED)
    run = runs.get(INTERRUPTED)
    assert (run.state, run.resume) == (State.QUEUED, True)
    assert runs.queue.waiting() == [QUEUED, INTERRUPTED]
    assert not train(
        open_run(home, INTERRUPTED).config,
        Store(home).open("demo"),
        runs.folder(INTERRUPTED),
        notes,
        stop=lambda: True,
        resume=True,
    )
    assert notes.lines[0] == f"resumed after {epochs}"


def test_its_files_are_not_changed_by_reading(unpacked: Home, tmp_path: Path) -> None:
    fresh = unpack("v0.1.0", tmp_path)
    for file in sorted((fresh.path / "runs").rglob("*.*")):
        other = unpacked.path / file.relative_to(fresh.path)
        assert file.is_dir() or other.read_bytes() == file.read_bytes(), file
