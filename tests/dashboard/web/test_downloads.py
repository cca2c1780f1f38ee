"""What a browser downloads."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.jobs import archive
from dashboard.jobs.runs_table import Runs
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

LOCAL = "http://127.0.0.1:8050"


@pytest.fixture
def run(home: Home) -> str:
    """A run that waits in the queue, so that it has no model yet."""
    return Runs(home).create("train", "demo", {"epochs": 3})


@pytest.fixture
def client(home: Home) -> FlaskClient:
    return create_app(home).server.test_client()


def temporary_folders(home: Home) -> list[str]:
    return [folder.name for folder in home.cache.iterdir() if folder.name.startswith("download-")]


def test_the_record_of_a_run_is_one_file(home: Home, client: FlaskClient, run: str) -> None:
    response = client.get(f"/take/record/{run}.zip", base_url=LOCAL)
    assert response.status_code == 200
    assert f"{run}.zip" in response.headers["Content-Disposition"]
    assert response.content_length == len(response.data)
    assert f"{run}/run.json" in zipfile.ZipFile(io.BytesIO(response.data)).namelist()
    assert not temporary_folders(home)


def test_an_unknown_run_is_named(home: Home, client: FlaskClient) -> None:
    response = client.get("/take/record/demo-9.zip", base_url=LOCAL)
    assert response.status_code == 404
    assert "There is no run demo-9" in response.text
    assert not temporary_folders(home)


def test_a_refused_bundle_leaves_no_folder(home: Home, client: FlaskClient, run: str) -> None:
    for _request in range(3):
        assert client.get(f"/take/bundle/{run}.zip", base_url=LOCAL).status_code == 404
    assert not list(home.cache.iterdir())


def test_a_download_that_cannot_be_written_leaves_no_folder(
    home: Home, client: FlaskClient, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_the_disk(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "_write_metrics", fill_the_disk)
    assert client.get(f"/take/record/{run}.zip", base_url=LOCAL).status_code == 500
    assert not temporary_folders(home)


def test_rejected_rows_are_a_csv_file_that_is_safe_to_open(
    home: Home, client: FlaskClient, tmp_path: Path
) -> None:
    log = tmp_path / "log.csv"
    log.write_text("user_id,product_id,event_time\n1,2,2019-11-01\n=cmd,2,never\n")
    ingest(Store(home), ImportRequest([log], "log"))
    response = client.get("/take/rejects/log.csv", base_url=LOCAL)
    assert response.status_code == 200
    assert "log-rejects.csv" in response.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [(line["line"], line["reason"], line["raw"]) for line in lines] == [
        ("3", "time_unreadable", "'=cmd,2,never")
    ]
    assert not temporary_folders(home)


def test_rejected_rows_of_an_unknown_dataset_are_refused(client: FlaskClient) -> None:
    response = client.get("/take/rejects/other.csv", base_url=LOCAL)
    assert response.status_code == 404
    assert "There is no dataset other" in response.text
