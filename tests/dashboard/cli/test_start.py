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


@pytest.mark.parametrize("words", [["show", "\udcff"], ["import", "caf\udce9.csv"]])
def test_a_word_that_is_no_text_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(words) == 2
    assert "not text in UTF-8" in capsys.readouterr().err
