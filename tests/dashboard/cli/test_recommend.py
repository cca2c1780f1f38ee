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


def test_a_history_names_the_type_of_an_event(
    shop: tuple[Home, str], capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = shop
    answers = []
    for history in (f"purchase:{TEAPOT},{CUP}", f"{TEAPOT},{CUP}"):
        words = ["--home", str(home.path), "recommend", run, "--history", history, "--json"]
        assert type_command(words) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert answers[0]["history"] == [TEAPOT, CUP]


def test_a_buyer_is_ranked_as_of_a_time(
    shop: tuple[Home, str], capsys: pytest.CaptureFixture[str]
) -> None:
    home, run = shop
    words = ["--home", str(home.path), "recommend", run, "--at", "2000-01-01", "--json"]
    assert type_command([*words, "--user", "u00003"]) == 0
    assert json.loads(capsys.readouterr().out)["history"] == []
    assert type_command([*words, "--history", TEAPOT]) == 0
    assert json.loads(capsys.readouterr().out)["history"] == [TEAPOT]
