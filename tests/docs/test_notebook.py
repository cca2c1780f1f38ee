"""The page on Python is true: its blocks run in order, and are those of the notebook."""

import json
from pathlib import Path

import pytest

from docs.notebook import notebook
from docs.site import DOCS
from tests.docs.guide import blocks

PAGE = DOCS / "en" / "python.md"


def test_the_notebook_holds_the_code_of_the_page() -> None:
    cells = json.loads(notebook(PAGE.read_text("utf-8")))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert code == [block.text.strip() for block in blocks(PAGE) if block.kind == "python"]


@pytest.mark.slow
def test_the_notebook_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "notebook"}
    for block in blocks(PAGE):
        if block.kind == "python":
            code = block.text.replace("buyers=300", "buyers=60")  # quicker, and all it shows stays
            exec(compile(code, str(PAGE), "exec"), names)
    printed = capsys.readouterr().out
    assert "popularity" in printed or "markov" in printed
    assert (tmp_path / "first-run" / "evaluation.json").is_file()
