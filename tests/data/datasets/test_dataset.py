"""What a connection to a dataset may take of the machine."""

import stat
from pathlib import Path

import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

_SORT = (
    "SELECT max(place), max(text) FROM (SELECT *, row_number() OVER (ORDER BY text) AS place FROM "
    "(SELECT repeat(md5(i::VARCHAR), 8) AS text FROM range(300_000) AS numbers(i)))"
)


@pytest.fixture
def dataset(store: Store, tmp_path: Path) -> Dataset:
    file = tmp_path / "log.csv"
    file.write_text("time,user,product\n2020-01-01,a,x\n2020-01-02,a,y\n")
    return ingest(store, ImportRequest([file], "log"))


def test_a_query_has_a_bound_on_its_memory(dataset: Dataset) -> None:
    """The charts of a log of one buyer with millions of purchases took what the machine had."""
    with dataset.connect() as connection:
        setting = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    assert setting == ("953.6 MiB",)  # 1 GB


def test_what_a_query_spills_is_for_its_user_alone_and_removed(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = tmp_path / "current"
    current.mkdir()
    monkeypatch.chdir(current)
    with dataset.connect() as connection:
        setting = connection.execute("SELECT current_setting('temp_directory')").fetchone()
        assert setting is not None
        folder = Path(setting[0])
        assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU
        connection.execute("SET threads = 1")
        connection.execute("SET memory_limit = '60MB'")
        connection.execute(_SORT)
    assert (list(current.iterdir()), folder.exists()) == ([], False)
