"""A path names one file, whatever characters it has."""

from pathlib import Path

import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.exploration.statistics import Filters, Statistics
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

pytestmark = pytest.mark.slow

NAMES = (
    "sales[1]",
    "sales*",
    "sales?",
    "sales{1,2}",
    "[!a]",
    "**",
    "new\nline",
    "quote'\"",
    "user=5",
    "%41",
    "~",
    "file:x",
    "https:",
    "back\\slash",
)
NEIGHBOURS = ("sales1", "sales2", "salesx", "x", "b")


def write(file: Path, user: str) -> Path:
    """Write two purchases of a user as text, JSON or Parquet, by the suffix of the file."""
    table = pd.DataFrame({"user": [user] * 2, "product": ["p", "q"], "time": [1572566400] * 2})
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".parquet":
        table.to_parquet(file)
    elif file.suffix == ".json":
        table.to_json(file, orient="records", lines=True)
    else:
        table.to_csv(file, index=False)
    return file


def users(dataset: Dataset) -> set[str]:
    with dataset.connect() as connection:
        return {user for (user,) in connection.execute("SELECT user FROM events").fetchall()}


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
@pytest.mark.parametrize("name", NAMES)
def test_the_rows_of_a_file_are_its_own_whatever_it_is_called(
    name: str, suffix: str, tmp_path: Path
) -> None:
    for neighbour in NEIGHBOURS:
        write(tmp_path / "files" / f"{neighbour}.{suffix}", "neighbour")
    file = write(tmp_path / "files" / f"{name}.{suffix}", "mine")
    dataset = ingest(Store(Home(tmp_path / "home")), ImportRequest([file], "log"))
    assert users(dataset) == {"mine"}


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_of_a_home_may_have_any_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / name / "log.csv", "mine")
    for neighbour in NEIGHBOURS:
        write(tmp_path / neighbour / "log.csv", "neighbour")
    monkeypatch.chdir(tmp_path)
    home = Home(Path(name))
    dataset = ingest(Store(home), ImportRequest([file.relative_to(tmp_path)], "log"))
    assert users(dataset) == {"mine"}
    assert Statistics(dataset, home.cache).events_by_day(Filters())["events"].sum() == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({name, *NEIGHBOURS})
