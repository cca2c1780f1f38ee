"""What a browser downloads."""

import io
import zipfile

from dashboard.app import create_app
from dashboard.services.runs import monitor
from data.home import Home

LOCAL = "http://127.0.0.1:8050"


def test_the_record_of_a_run_is_one_file(home: Home) -> None:
    run = monitor.table(home).create("train", "demo", {"epochs": 3})
    client = create_app(home).server.test_client()
    answer = client.get(f"/take/record/{run}.zip", base_url=LOCAL)
    assert answer.status_code == 200
    assert f"{run}.zip" in answer.headers["Content-Disposition"]
    assert f"{run}/run.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


def test_an_unknown_run_is_said_to_be_unknown(home: Home) -> None:
    client = create_app(home).server.test_client()
    answer = client.get("/take/record/demo-9.zip", base_url=LOCAL)
    assert answer.status_code == 404
    assert "There is no run demo-9" in answer.text
