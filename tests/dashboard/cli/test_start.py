"""The command refuses to start where it cannot work."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import cli
from dashboard.users.users import Users
from data.home import Home


def test_windows_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as refused:
        cli.main(["datasets"])
    assert refused.value.code == 1
    assert capsys.readouterr().err.strip() == (
        "Vitrina runs on Linux and macOS; on Windows, run it inside WSL."
    )


@pytest.mark.parametrize("words", [["show", "\udcff"], ["import", "caf\udce9.csv"]])
def test_a_word_that_is_no_text_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(words) == 2
    assert "not text in UTF-8" in capsys.readouterr().err


def test_a_home_that_is_no_folder_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for home in (Path("/dev/null/home"), loop, tmp_path / ("x" * 300)):
        assert cli.run(["user", "list", "--home", str(home)]) == 1
        assert "cannot be used" in capsys.readouterr().err


def test_a_full_disk_is_called_that(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Home
) -> None:
    def fill(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Users, "list", fill)
    assert cli.run(["user", "list", "--home", str(home.path)]) == 1
    assert capsys.readouterr().err == "The disk is full; free some space and try again.\n"
    assert not (home.path / "errors.log").exists()


def test_ctrl_c_within_a_statement_of_duckdb_is_no_failure() -> None:
    """It is met in a process of its own: where it is missed, a worker of the tests would hang."""
    program = (
        "import os, signal, threading\n"
        "from dashboard import cli\n"
        "from data.datasets.database import connect\n"
        "def command(**_arguments):\n"
        "    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    with connect() as connection:\n"
        "        connection.execute('SELECT count(*) FROM range(1_000_000_000_000)')\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "cli.cli.main = command\n"
        "cli.main(['import', 'log.csv', '--name', 'shop'])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "Interrupted before the end.\n")


def test_ctrl_c_before_the_command_has_begun_shows_no_trace() -> None:
    program = (
        "import builtins, vitrina\n"
        "load = builtins.__import__\n"
        "def interrupted(name, *arguments):\n"
        "    if name == 'dashboard.cli':\n"
        "        raise KeyboardInterrupt\n"
        "    return load(name, *arguments)\n"
        "builtins.__import__ = interrupted\n"
        "vitrina.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "")


def test_ctrl_c_behind_the_end_of_a_command_does_not_make_it_a_failure() -> None:
    """A list of all buyers was whole, and its command ended as killed, without a word."""
    program = (
        "import atexit, os, signal\n"
        "from dashboard import cli\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGINT)\n"
        "cli.main(['--version'])\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
