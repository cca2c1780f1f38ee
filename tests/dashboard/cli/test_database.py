"""``--database`` says where the table of runs is, for a command and for all that it starts."""

import json
from pathlib import Path

import pytest

from dashboard.cli import run as type_command
from dashboard.jobs.runs_table import Runs
from data.home import DATABASE, Home
from tests.databases import on_postgresql

UNREACHABLE = "postgresql+psycopg://me:opensesame@/name?host=/no/such/folder"


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@on_postgresql
def test_the_option_may_stand_before_or_after_the_command(
    home: Home, capsys: pytest.CaptureFixture[str], before: bool
) -> None:
    assert home.database_url is not None
    Runs(home).create("train", "demo", {})
    options, command = ["--home", str(home.path), "--database", home.database_url], ["runs"]
    words = [*options, *command] if before else [*command, *options]
    assert type_command([*words, "--json"]) == 0
    assert [run["run"] for run in json.loads(capsys.readouterr().out)] == ["demo-1"]
    assert not home.database.exists()


@on_postgresql
def test_the_variable_stands_for_the_option(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.database_url is not None
    monkeypatch.setenv(DATABASE, home.database_url)
    assert type_command(["--home", str(home.path), "user", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert not home.database.exists()


@pytest.mark.parametrize("command", [["runs"], ["worker"], ["serve"], ["user", "list"]])
def test_a_database_that_cannot_be_reached_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    pytest.importorskip("psycopg")
    assert type_command(["--home", str(tmp_path), "--database", UNREACHABLE, *command]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "The database cannot be reached" in sentence
    assert "opensesame" not in sentence


def test_a_url_of_another_kind_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert type_command(["--home", str(tmp_path), "--database", "mysql://x/y", "runs"]) == 2
    assert "postgresql+psycopg://" in capsys.readouterr().err


def test_processes_find_the_url_in_their_environment_alone(home: Home) -> None:
    served = Home(home.path, UNREACHABLE)
    assert served.environment()[DATABASE] == UNREACHABLE
    assert home.environment()[DATABASE] == ""
