"""The form of a placement reads no file that whoever sends it may not read."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.app import create_app
from dashboard.identity import Role
from dashboard.jobs.runs_table import Runs
from dashboard.pages.recommend.placement_form import ERROR, RULE
from dashboard.services.recommendations import placements
from dashboard.users.users import Users
from data.home import Home
from tests.dashboard.shop import RUN as SHOP_RUN
from tests.dashboard.shop import TEAPOT

LOCAL = "http://127.0.0.1:8050"
PASSWORD = "correct horse"
BUYER, LISTS, NAME, RUN = (f"placement-{part}" for part in ("buyer", "lists", "name", "run"))


def preview(home: Home, folder: Path, file: Path, *, user: str, placement: str = "") -> str:
    """Send the form with a file of products in stock; return the response as text."""
    app = create_app(home, allow_paths=(folder,))
    output = next(one for one in app.callback_map if one.startswith(f"..{LISTS}.children"))
    control = {"type": RULE, "name": "stock_file"}

    def part(id_: Any, value: Any, prop: str = "value") -> dict[str, Any]:
        return {"id": id_, "property": prop, "value": value}

    body = {
        "output": output,
        "outputs": [
            {"id": LISTS, "property": "children"},
            [{"id": {"type": ERROR, "name": "stock_file"}, "property": "children"}],
        ],
        "inputs": [[part(control, str(file))], part(BUYER, "")],
        "state": [
            [part(control, control, "id")],
            part(RUN, SHOP_RUN, "data"),
            part(NAME, placement),
        ],
        "changedPropIds": [],
    }
    client = app.server.test_client()
    answer = client.post(
        "/_dash-update-component", json=body, base_url=LOCAL, auth=(user, PASSWORD)
    )
    assert answer.status_code == 200
    return json.dumps(answer.json)


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    (tmp_path / "stock").mkdir()
    file = tmp_path / "stock" / "today.txt"
    file.write_text(f"{TEAPOT}\n")
    return file


@pytest.fixture
def home(own_shop: tuple[Home, str]) -> Home:
    users = Users(Runs(own_shop[0]).database)
    users.add("ana", PASSWORD, Role.LOOK)
    users.add("eva", PASSWORD, Role.ADMINISTER)
    return own_shop[0]


def test_whoever_administers_previews_a_file_of_an_allowed_folder(home: Home, stock: Path) -> None:
    assert "not in stock" in preview(home, stock.parent, stock, user="eva")


def test_a_file_outside_of_the_allowed_folders_is_not_read(
    home: Home, stock: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(f"{TEAPOT}\n")
    said = preview(home, stock.parent, secret, user="eva")
    assert "There is no file" in said
    assert "not in stock" not in said


def test_whoever_only_looks_previews_the_file_that_is_saved_and_no_other(
    home: Home, stock: Path
) -> None:
    assert "not in stock" not in preview(home, stock.parent, stock, user="ana")
    placements.set_rules(home, "toy", "home-page", {"stock_file": str(stock)})
    said = preview(home, stock.parent, stock, user="ana", placement="home-page")
    assert "not in stock" in said
