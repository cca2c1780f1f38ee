"""The command refuses to start where it cannot work."""

import sys

import pytest

from dashboard import cli


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
