"""A home that cannot be written can be read."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from data.home import Home
from tests.dashboard.test_stored_homes import STORED

pytestmark = [pytest.mark.fault, pytest.mark.slow]

# As root, permissions bind a process only once it may no longer override them.
BOUND = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
COMMAND = [*BOUND, sys.executable, "-c", "from dashboard.cli import main; main()"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home of this version without a cache, in which nothing can be written."""
    if BOUND and not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    with tarfile.open(STORED / "v0.1.0.tar.xz") as archive:
        archive.extractall(tmp_path)
    home = Home(tmp_path / "home")
    answer(home, "runs", "--json")  # migrates the table
    folders = [home.path, *(path for path in home.path.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield home
    for folder in folders:
        folder.chmod(0o755)


def answer(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *words, "--home", str(home.path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_commands_that_read_answer(home: Home) -> None:
    assert len(json.loads(answer(home, "runs", "--json").stdout)) == 3
    assert json.loads(answer(home, "show", "demo-1", "--json").stdout)["state"] == "finished"
    assert json.loads(answer(home, "datasets", "--json").stdout)[0]["name"] == "demo"
    ranking = answer(home, "recommend", "demo-1", "--history", "", "--json")
    assert len(json.loads(ranking.stdout)["items"]) == 10
    assert json.loads(answer(home, "verify", "--json").stdout)["damage"] == []
    assert answer(home, "backup", str(home.path.parent / "copy.tar.gz")).returncode == 0


def test_commands_that_write_say_why_not(home: Home) -> None:
    refused = answer(home, "train", "demo", "--detach")
    assert refused.returncode == 1
    assert "The table of runs is read-only" in refused.stderr


def test_the_server_shows_what_is_there(home: Home) -> None:
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--home", str(home.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        address = re.search(r"http://[\d.]+:\d+", server.stdout.readline())
        assert address is not None
        with urlopen(f"{address.group()}/_dash-layout", timeout=60) as layout:
            assert "No worker" in layout.read().decode()
    finally:
        server.terminate()
        _out, err = server.communicate()
    assert "No run can start" in err
