"""No file of a home runs code, not even one whose checksum fits."""

import io
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.jobs.runs_table import Runs
from data.checksums import FILE, checked_write
from data.errors import Damaged
from data.home import Home
from tests.conftest import Setup
from tests.faults.damage import files_of, full_answers, make_full_home
from tests.faults.full_home import RUN, SHOP, unfinished_upload, work_on_next

pytestmark = [pytest.mark.fault, pytest.mark.slow]

FOLDERS = ("datasets", "runs")
MODEL = f"runs/{RUN}/model.keras"


class Payload:
    """A value that touches a file where it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def pickled(_file: Path, marker: Path) -> bytes:
    return pickle.dumps(Payload(marker))


def pickled_arrays(file: Path, marker: Path) -> bytes:
    """Return an archive with the arrays of another one, each of which is an object."""
    content, array = io.BytesIO(), io.BytesIO()
    objects = np.empty(1, object)
    objects[0] = Payload(marker)
    np.save(array, objects, allow_pickle=True)
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(content, "w") as after:
        for name in before.namelist():
            after.writestr(name, array.getvalue())
    return content.getvalue()


FORMS: dict[str, tuple[str, Callable[[Path, Path], bytes]]] = {
    "arrays of objects": (".npz", pickled_arrays),
    "pickles for networks": (".onnx", pickled),
    "pickles for tables": (".parquet", pickled),
}


@pytest.fixture
def home(set_up_once: Setup, tmp_path: Path) -> Home:
    """A copy of a home that holds everything a home can hold."""
    full = set_up_once("full-home", make_full_home) / "home"
    return Home(shutil.copytree(full, tmp_path / "home"))


@pytest.mark.parametrize("form", FORMS)
def test_a_pickle_in_the_place_of_any_file_is_not_executed(
    form: str, home: Home, tmp_path: Path
) -> None:
    marker, (suffix, content) = tmp_path / "executed", FORMS[form]
    upload = unfinished_upload(home.path)
    replaced = 0
    for name in files_of(home.path):
        file = home.path / name
        if file.suffix == suffix and file.name != FILE and name.startswith(FOLDERS):
            with checked_write(file) as temporary:
                temporary.write_bytes(content(file, marker))
            replaced += 1
    assert replaced > 0
    said = full_answers(home, tmp_path / "out", upload)
    assert not marker.exists()
    assert said.unexplained == []


def test_a_network_that_holds_code_does_not_begin_a_training(home: Home, tmp_path: Path) -> None:
    import keras

    marker = tmp_path / "executed"
    code = eval(f"lambda x: __import__('pathlib').Path({str(marker)!r}).touch() or x")
    inputs = keras.Input((1,))
    network = keras.Model(inputs, keras.layers.Lambda(code)(inputs))
    with checked_write(home.path / MODEL) as temporary:
        network.save(tmp_path / "code.keras")
        shutil.copyfile(tmp_path / "code.keras", temporary)
    marker.unlink()
    keras.saving.load_model(home.path / MODEL, safe_mode=False)
    assert marker.exists(), "the network holds no code"
    marker.unlink()
    runs = Runs(home)
    runs.create("train", SHOP, runs.get(RUN).config | {"start_from": RUN})
    with pytest.raises(Damaged, match=f"model.keras of run {RUN} is damaged"):
        work_on_next(runs)
    runs.close()
    assert not marker.exists()
