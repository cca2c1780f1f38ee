"""A trained run that tests of the model layer read."""

from pathlib import Path

import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.home import Home
from model.training.trainer import train
from tests.conftest import Setup
from tests.model.toys import imported, random_histories, small
from tests.model.training.test_trainer import Notes, never

FORMULA = "=1+1"
HISTORIES = random_histories(120, 40)
HISTORIES[7] = [FORMULA, "p001", FORMULA]
"""The histories on which the run is trained; a spreadsheet would compute one of its products."""


def train_toy(folder: Path) -> None:
    """Import the histories into ``folder / "home"`` and train ``folder / "run"`` on them."""
    dataset = imported(Store(Home(folder / "home")), HISTORIES, folder)
    train(small(), dataset, folder / "run", Notes(), never)


@pytest.fixture(scope="session")
def toy_run(set_up_once: Setup) -> tuple[Path, Dataset]:
    """The folder of a finished run and its dataset; no test changes them."""
    folder = set_up_once("toy-run", train_toy)
    return folder / "run", Store(Home(folder / "home")).open("toy")
