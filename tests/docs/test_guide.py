"""Every command of the guide is one, and those that are quick run on a small shop."""

import io
import json
import re
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import click
import pytest

from dashboard.cli import run
from dashboard.cli.group import cli
from dashboard.identity import Role
from dashboard.jobs.runs_table import Runs
from dashboard.users.users import Users
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from docs.notes.commands import EXAMPLES
from model.config.presets import preset
from tests.dashboard.shop import CUP, RUN, TEAPOT, copy_shop
from tests.docs.guide import blocks, pages, started
from tests.faults.conftest import write_log

GUIDE = pages("en")
IN_SHOP = {"demo": "toy", "demo-1": RUN, "1004856,1004767": f"{TEAPOT},{CUP}"}
"""Names of the guide, and those of the small shop that the tests have trained."""
MINUTES = {"demo-2", "complete-journey-1"}
"""Runs of the guide that only a training of minutes makes."""
QUICK = {"import", "attributes", "datasets", "stats", "runs", "show", "archive", "evaluate"}
QUICK |= {"recommend", "export", "score", "user", "model", "placement"}
"""Commands that train nothing, download nothing and end by themselves."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with the files that commands name."""
    monkeypatch.chdir(tmp_path)
    for name in ("token", "password.txt"):
        (tmp_path / name).write_text("a long password\n", "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("a long password\n" * 9))
    return tmp_path


def documented() -> Iterator[tuple[str, str, list[str]]]:
    """Yield every command of the guide and of the reference, with the place that names it."""
    for page in GUIDE:
        for block in blocks(page):
            for words in block.commands:
                yield page.stem, " ".join(words), words
    for name, examples in EXAMPLES.items():
        for example in examples:
            yield f"reference/commands#{name}", example, shlex.split(example, comments=True)[1:]


def endless(name: str) -> list[list[str]]:
    """Return the commands of the guide of this name, each once; they run until they are ended."""
    found = [words for _place, _text, words in documented() if words[0] == name]
    return [words for number, words in enumerate(found) if words not in found[:number]]


@pytest.mark.parametrize(
    "words",
    [pytest.param(words, id=f"{place}: {text}") for place, text, words in documented()],
)
def test_a_command_is_one(folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    del folder
    parsed: list[click.Context] = []
    monkeypatch.setattr(click.Command, "invoke", lambda _command, context: parsed.append(context))
    cli.main(words, prog_name="vitrina", standalone_mode=False)
    options = parsed[-1].params
    settings = dict(pair.split("=", 1) for pair in options.get("settings") or ())
    preset(options.get("preset") or "fast").override(settings)


@pytest.mark.slow
@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_the_quick_commands_of_a_page_run(page: Path, folder: Path, trained_shop: Path) -> None:
    home, _run = copy_shop(trained_shop, folder)
    for block in blocks(page):
        if block.title:
            (folder / block.title).write_text(block.text, "utf-8")
        for words in block.commands if block.runs else []:
            if QUICK.isdisjoint(words) or not MINUTES.isdisjoint(words):
                continue
            own = [IN_SHOP.get(word, word) for word in words]
            assert run(["--home", str(home.path), *own]) == 0, own


@pytest.mark.slow
@pytest.mark.parametrize("words", endless("serve"), ids=" ".join)
def test_a_server_of_the_guide_answers_until_it_is_ended(
    words: list[str], folder: Path, home: Home
) -> None:
    ingest(Store(home), ImportRequest([write_log(folder / "log.csv")], "shop"))
    Users(Runs(home).database).add("ana", "a long password", Role.TRAIN)  # others reach some
    with started("--home", str(home.path), *words, "--port", "0") as server:
        assert server.stdout is not None
        port = re.search(r"http://[\d.]+:(\d+)", server.stdout.readline())
        assert port
        with urlopen(f"http://127.0.0.1:{port[1]}/health", timeout=30) as answer:
            assert json.load(answer)["status"] == "ok"
        server.terminate()
        assert server.wait(30) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [words for words in endless("worker") if len(words) == 1], ids=" ".join
)
def test_a_worker_of_the_guide_serves_until_it_is_ended(words: list[str], home: Home) -> None:
    """Those that take more than a home are run by ``test_machines``."""
    lease = Runs(home).lease
    with started("--home", str(home.path), *words) as worker:
        deadline = time.monotonic() + 60
        while not lease.status().alive:
            assert worker.poll() is None
            assert time.monotonic() < deadline
        worker.terminate()
        assert worker.wait(30) == 0


def test_a_file_of_the_guide_says_how_many_rows_are_rejected(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page on your own log promises two rejected rows in the file that it shows."""
    page = next(page for page in GUIDE if page.stem == "your-log")
    mixed = next(block for block in blocks(page) if block.title == "mixed.csv")
    (folder / mixed.title).write_text(mixed.text, "utf-8")
    assert run(["--home", "home", "import", mixed.title, "--name", "mixed", "--json"]) == 0
    assert '"rows_rejected": 2' in capsys.readouterr().out
