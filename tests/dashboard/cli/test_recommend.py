"""``vitrina recommend`` names products by id and title."""

import json

import pytest

from dashboard.cli import run as type_command
from data.home import Home
from tests.dashboard.shop import CUP, LONG_TITLE, PLATE, TEAPOT, TITLES


def test_titles_are_in_the_table_and_in_the_document(
    titled_shop: tuple[Home, str], capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = titled_shop
    words = ["--home", str(home.path), "recommend", run, "--history", f"{CUP},{TEAPOT}", "-k", "99"]
    assert type_command([*words, "--json"]) == 0
    titles = {
        item["product"]: item["title"] for item in json.loads(capsys.readouterr().out)["items"]
    }
    assert titles[CUP] == TITLES[CUP]
    assert titles[TEAPOT] == LONG_TITLE.strip()
    assert titles[PLATE] is None
    assert type_command(words) == 0
    table = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert TITLES[CUP] in table[CUP]
    assert "blue stoneware" in table[TEAPOT]
    assert len(table[TEAPOT]) < len(LONG_TITLE)  # cut
