"""Damage to any file of a home is said in one sentence, and hides nothing else."""

import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from dash import Dash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.app import create_app
from dashboard.jobs.run_handle import open_run
from data.home import Home
from tests.conftest import Setup
from tests.dashboard.test_stored_homes import STORED
from tests.faults import full_home
from tests.faults.damage import Answers, answers, files_of, full_answers, make_full_home

pytestmark = pytest.mark.fault

EXAMPLES = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "hunt" else 3


@pytest.fixture(scope="module")
def whole(set_up_once: Setup, app: Dash) -> Path:
    """A home with a dataset, a finished, an interrupted and a queued run, and a filled cache."""

    def fill(folder: Path) -> None:
        with tarfile.open(STORED / "v0.1.0.tar.xz") as archive:
            archive.extractall(folder)
        home = Home(folder / "home")
        healthy = answers(app, home)
        assert healthy.unexplained == []
        with closing(sqlite3.connect(home.database)) as table:
            table.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in ("vitrina.db-wal", "vitrina.db-shm"):
            (home.path / name).unlink(missing_ok=True)

    return set_up_once("damaged-home", fill) / "home"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Dash:
    return create_app(Home(tmp_path_factory.mktemp("app")))


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Home:
    return Home(shutil.copytree(whole, tmp_path / "home"))


def outside(home: Home) -> dict[str, bytes]:
    """Return the files beside a home."""
    files = (file for file in home.path.parent.rglob("*") if file.is_file())
    return {str(file): file.read_bytes() for file in files if not file.is_relative_to(home.path)}


def check(file: str, said: Answers) -> None:
    """Check that everything that does not depend on a file is still there."""
    assert said.unexplained == [], file
    if not file.startswith("datasets"):
        assert '"name": "demo"' in said.texts["datasets"]
        assert "3058" in said.texts["stats demo"]
        assert '"demo"' in said.texts["/data"]
    if not file.startswith("vitrina.db"):
        assert all(f"demo-{number}" in said.texts["runs"] for number in (1, 2, 3))
        assert "demo-2" in said.texts["/runs"]
        assert "demo-2" in said.texts["/"]
        assert '"epoch": 1' in said.texts["show demo-2"]


@pytest.fixture(scope="module")
def full(set_up_once: Setup) -> Path:
    """A home that holds everything a home can hold; see ``full_home``."""
    return set_up_once("full-home", make_full_home) / "home"


def check_full(file: str, said: Answers) -> None:
    """Check that everything in a full home that does not depend on a file is still there."""
    assert said.unexplained == [], file
    if file.startswith("vitrina.db"):
        return
    assert full_home.RUN in said.texts["runs"]
    assert full_home.RUN in said.texts["/api/v1/runs"]
    assert full_home.PLACEMENT in said.texts["placement list"]
    assert full_home.USER in said.texts["user list"]
    if not file.startswith("datasets/shop"):
        assert "480" in said.texts[f"stats {full_home.SHOP}"]


@pytest.mark.slow
@pytest.mark.property
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_damage_anywhere_is_explained_and_stays_where_it_is(
    full: Path, app: Dash, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = data.draw(st.sampled_from(files_of(full)), label="file")
    size = (full / file).stat().st_size
    start = data.draw(st.integers(0, size), label="start")
    length = data.draw(st.integers(0, size - start) | st.integers(0, 64), label="length")
    garbage = data.draw(st.none() | st.binary(max_size=64), label="in its place, or deleted")
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "victim").write_text("untouched")
    home = Home(shutil.copytree(full, folder / "home"))
    damaged = home.path / file
    if garbage is None:
        damaged.unlink()
    else:
        content = damaged.read_bytes()
        damaged.write_bytes(content[:start] + garbage + content[start + length :])
    before, out = outside(home), tmp_path_factory.mktemp("out")
    upload = full_home.unfinished_upload(full)
    check(file, answers(app, home))
    check_full(file, full_answers(home, out / "commands", upload))
    assert outside(home) == before
    for made in (folder, out):
        shutil.rmtree(made)


@pytest.fixture
def everywhere(app: Dash, copy: Home) -> Iterator[Home]:
    """A home whose every file was damaged; the sentence of each was read."""
    for file in files_of(copy.path):
        (copy.path / file).write_bytes(b"\x01garbage\xff" * 50)
    yield copy


def test_a_home_of_garbage_is_explained(app: Dash, everywhere: Home) -> None:
    assert answers(app, everywhere).unexplained == []


@pytest.mark.parametrize(
    ("file", "address", "sentence"),
    [
        ("runs/demo-1/evaluation.json", "/", "evaluation.json of run demo-1 is damaged"),
        ("runs/demo-1/evaluation.json", "/runs", "evaluation.json of run demo-1 is damaged"),
        (
            "runs/demo-1/evaluation.json",
            "/compare?runs=demo-1,demo-2",
            "evaluation.json of run demo-1 is damaged",
        ),
        ("runs/demo-1/model.onnx", "/recommend", "model.onnx of run demo-1 is damaged"),
        ("datasets/demo/manifest.json", "/", "The manifest of dataset demo is damaged"),
        ("datasets/demo/manifest.json", "/data", "The manifest of dataset demo is damaged"),
        ("vitrina.db", "/", "The table of runs is damaged"),
        ("vitrina.db", "the frame", "No table of runs"),
    ],
)
def test_a_page_names_the_damaged_file_and_shows_the_rest(
    app: Dash, copy: Home, file: str, address: str, sentence: str
) -> None:
    damaged = copy.path / file
    damaged.write_bytes(damaged.read_bytes()[:100])
    said = answers(app, copy)
    assert sentence in said.texts[address]
    check(file, said)


FOLDERS = ("datasets", "datasets/demo", "runs", "runs/demo-1", "cache", "uploads")


@pytest.mark.parametrize(
    "name",
    ["vitrina.db", "datasets/demo/manifest.json", "runs/demo-1/evaluation.json", *FOLDERS],
)
@pytest.mark.parametrize("change", ["a link to itself", "a file", "a folder"])
def test_something_else_in_the_place_of_a_file_or_folder_is_explained(
    app: Dash, copy: Home, name: str, change: str
) -> None:
    place = copy.path / name
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    if change == "a link to itself":
        place.symlink_to(place.name)
    elif change == "a file":
        place.write_text("a file")
    else:
        place.mkdir()
    assert answers(app, copy).unexplained == []


def test_a_model_without_one_of_its_files_is_not_called_damaged(app: Dash, copy: Home) -> None:
    (copy.path / "runs/demo-1/vocabulary.parquet").unlink()
    said = answers(app, copy).texts["/recommend"]
    assert "vocabulary.parquet of run demo-1 is missing; train it again." in said


def test_a_model_is_named_whose_catalogue_does_not_fit(app: Dash, copy: Home) -> None:
    import pandas as pd

    file = copy.path / "runs/demo-1/vocabulary.parquet"
    pd.read_parquet(file).head(10).to_parquet(file)
    said = answers(app, copy)
    assert "The model of run demo-1 is damaged" in said.texts["recommend demo-1 --history "]
    check("runs/demo-1/vocabulary.parquet", said)
    assert open_run(copy, "demo-1").has_model
