"""Every file of a home is read and compared with its checksum."""

from pathlib import Path

import numpy as np
import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.verification import verify
from data.home import Home
from model.baselines import BASELINES
from model.baselines.stored import baseline_file, save_baseline

FILES = {
    "datasets/toy/manifest.json": "The manifest of dataset toy is damaged",
    "datasets/toy/v-*/part-0.parquet": "The file part-0.parquet of dataset toy is damaged",
    "datasets/toy/v-*/rejects.parquet": "The file rejects.parquet of dataset toy is damaged",
    "runs/toy-1/model.onnx": "model.onnx of run toy-1 is damaged",
    "runs/toy-1/model.keras": "model.keras of run toy-1 is damaged",
    "runs/toy-1/vocabulary.parquet": "vocabulary.parquet of run toy-1 is damaged",
    "runs/toy-1/evaluation.json": "evaluation.json of run toy-1 is damaged",
    "runs/toy-1/checksums.json": "checksums.json is damaged",
    "vitrina.db": "The table of runs is damaged",
}


WITHOUT_ENTRY = ("checksums.json", "vitrina.db")
"""Files of which nothing says that there was one."""


def test_a_sound_home_has_no_damage(shop: tuple[Home, str]) -> None:
    result = verify(shop[0])
    assert (result.damage, result.unknown) == ((), 0)
    assert result.files > 10


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named(own_shop: tuple[Home, str], name: str) -> None:
    home, _run = own_shop
    (file,) = home.path.glob(name)
    content = file.read_bytes()
    file.write_bytes(b"\0" * (len(content) // 2) + content[len(content) // 2 :])
    (sentence,) = verify(home).damage
    assert FILES[name] in sentence


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(WITHOUT_ENTRY)])
def test_a_deleted_file_is_named(own_shop: tuple[Home, str], name: str) -> None:
    home, _run = own_shop
    (file,) = home.path.glob(name)
    file.unlink()
    (sentence,) = verify(home).damage
    assert FILES[name] in sentence


def test_files_of_a_run_whose_deletion_was_killed_are_no_damage(
    own_shop: tuple[Home, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(folder: Path, **_options: object) -> None:
        (folder / "evaluation.json").unlink()
        raise KeyboardInterrupt

    home, run = own_shop
    runs = Runs(home)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("shutil.rmtree", kill)
        runs.deletion.delete(run)
    assert verify(home).damage == ()
    runs.deletion.purge()
    assert not runs.folder(run).exists()


def test_a_damaged_baseline_beside_a_run_is_named(own_shop: tuple[Home, str]) -> None:
    home, run = own_shop
    baseline = BASELINES.load("popularity")()
    baseline.state = {"scores": np.ones(3)}
    save_baseline(home.runs / run, baseline)
    assert verify(home).damage == ()
    baseline_file(home.runs / run, "popularity").write_bytes(b"garbage")
    (sentence,) = verify(home).damage
    assert sentence == "popularity.npz of run toy-1 is damaged or missing; train it again."


def test_files_without_a_checksum_are_counted(own_shop: tuple[Home, str]) -> None:
    home, run = own_shop
    files = verify(home).files
    (home.runs / run / "checksums.json").unlink()
    result = verify(home)
    assert result.damage == ()
    assert result.files + result.unknown >= files
    assert result.unknown > 5


def test_a_home_without_anything_is_sound(tmp_path: Path) -> None:
    assert verify(Home(tmp_path / "home")).damage == ()
