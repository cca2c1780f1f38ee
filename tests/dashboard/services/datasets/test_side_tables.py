"""Side tables of a dataset: what a file is taken for, and the job that uses it."""

from pathlib import Path

import pytest

from dashboard.jobs.job import Job
from dashboard.jobs.kinds import import_files
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets import side_tables
from data.datasets.side_tables import BUYERS, PRODUCTS
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

LOG = "time,user,product\n2020-01-01,ann,1\n2020-01-02,ann,2\n2020-01-03,bob,3\n"
ITEMS = "product,title,mood\n1,One,calm\n2,Two,calm\n9,Nine,wild\n"
USERS = "user,age\nann,31\n"


@pytest.fixture
def items(tmp_path: Path) -> Path:
    file = tmp_path / "items.csv"
    file.write_text(ITEMS, encoding="utf-8")
    return file


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "log.csv"
    file.write_text(LOG, encoding="utf-8")
    return file


@pytest.fixture
def dataset_home(home: Home, log: Path) -> Home:
    """A home with dataset "log", which has no side tables."""
    ingest(Store(home), ImportRequest([log], "log"))
    return home


def work(home: Home, run: str) -> None:
    """Do the work of a queued run in this process."""
    runs = Runs(home)
    job = runs.get(run)
    import_files(Job(home, job, runs.folder(run)), Reporter(runs, job))


def test_a_file_is_taken_for_ids_columns_and_attributes(dataset_home: Home, items: Path) -> None:
    preview = side_tables.preview(dataset_home, "log", PRODUCTS, items)
    assert (preview.log_ids, preview.matched) == (3, 2)
    assert (preview.table.key, preview.table.fills) == ("product", ("title",))
    assert [one.label for one in preview.table.attributes] == ["mood"]


def test_a_log_that_is_not_imported_yet_has_the_same_preview(
    home: Home, log: Path, items: Path
) -> None:
    request = ImportRequest([log], "")
    preview = side_tables.preview_beside_log(home, request, "product", PRODUCTS, items)
    assert (preview.log_ids, preview.matched, preview.table.key) == (3, 2, "product")
    with pytest.raises(BadInput, match="when the log has been read"):
        side_tables.preview_beside_log(home, request, "", PRODUCTS, items)


def test_a_file_without_ids_of_the_log_is_refused(dataset_home: Home, items: Path) -> None:
    with pytest.raises(BadInput, match="has no column with the buyers"):
        side_tables.preview(dataset_home, "log", BUYERS, items)


def test_a_job_gives_a_dataset_tables_and_removes_its_uploads(
    dataset_home: Home, items: Path
) -> None:
    upload = dataset_home.uploads / "abc" / "users.csv"
    upload.parent.mkdir()
    upload.write_text(USERS, encoding="utf-8")
    before = Store(dataset_home).open("log").fingerprint
    files = {PRODUCTS: items, BUYERS: upload}
    work(dataset_home, side_tables.start(dataset_home, "log", files))
    dataset = Store(dataset_home).open("log")
    assert dataset.fingerprint != before
    assert [one.name for one in dataset.product_attributes] == ["mood"]
    assert [one.name for one in dataset.buyer_attributes] == ["age"]
    assert items.exists()
    assert not upload.parent.exists()


def test_a_job_removes_a_table(dataset_home: Home, items: Path) -> None:
    work(dataset_home, side_tables.start(dataset_home, "log", {PRODUCTS: items}))
    Runs(dataset_home).request_stop(Runs(dataset_home).list()[0].run)  # it does not wait any more
    work(dataset_home, side_tables.start(dataset_home, "log", {}, [PRODUCTS]))
    assert Store(dataset_home).open("log").manifest.side_tables == {}


def test_nothing_is_started_without_a_table_or_beside_another_import(
    dataset_home: Home, items: Path
) -> None:
    with pytest.raises(BadInput, match="Choose a table"):
        side_tables.start(dataset_home, "log", {})
    side_tables.start(dataset_home, "log", {PRODUCTS: items})
    with pytest.raises(BadInput, match="being imported"):
        side_tables.start(dataset_home, "log", {PRODUCTS: items})


def test_tables_beside_a_log_are_found(tmp_path: Path) -> None:
    for suffix in ("inter", "item", "user"):
        (tmp_path / f"shop.{suffix}").write_text("a:token\n1\n", encoding="utf-8")
    assert side_tables.beside([str(tmp_path / "shop.inter")]) == {
        PRODUCTS: str(tmp_path / "shop.item"),
        BUYERS: str(tmp_path / "shop.user"),
    }
    assert side_tables.beside(["kaggle:someone/logs/log.csv"]) == {}
