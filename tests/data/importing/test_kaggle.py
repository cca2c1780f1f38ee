"""Files of Kaggle: what they are called, and what is said where they cannot be had."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from data.errors import BadInput, VitrinaError
from data.importing.kaggle import local, parse

NAME = Path("kaggle:owner/shop")


class Answer(OSError):
    """What the package raises for an answer of Kaggle's: an OSError with the response."""

    def __init__(self, status: int | None) -> None:
        super().__init__("no")
        self.response = None if status is None else self
        self.status_code = status


def let_kaggle(monkeypatch: pytest.MonkeyPatch, answer: Path | Exception) -> list[object]:
    """Put a package in kagglehub's place that gives a path or fails; return what it is asked."""
    asked: list[object] = []

    def dataset_download(handle: str, path: str | None = None) -> str:
        asked.append((handle, path))
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    package = ModuleType("kagglehub")
    package.dataset_download = dataset_download  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kagglehub", package)
    return asked


@pytest.mark.parametrize(
    "name", ["kaggle:", "kaggle:shop", "kaggle:a/b/../../c", "kaggle:a b/c", "kaggle:a/b/"]
)
def test_a_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="names no data set of Kaggle"):
        parse(name)


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    with pytest.raises(BadInput, match=r"pip install 'vitrina\[kaggle\]'"):
        local([NAME])


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (403, BadInput, "without a token: make one at kaggle.com/settings"),
        (404, BadInput, "has no data set owner/shop"),
        (None, VitrinaError, "cannot be reached"),
    ],
)
def test_what_kaggle_refuses_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, status: int | None, kind: type[Exception], sentence: str
) -> None:
    let_kaggle(monkeypatch, Answer(status))
    with pytest.raises(kind, match=sentence):
        local([NAME])


def test_a_file_or_all_tables_of_a_set_come(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("b.csv", "a.csv.gz", "licence.md"):
        (tmp_path / name).touch()
    own = tmp_path / "own.csv"
    asked = let_kaggle(monkeypatch, tmp_path)
    assert local([own, NAME]) == [own, tmp_path / "a.csv.gz", tmp_path / "b.csv"]
    let_kaggle(monkeypatch, tmp_path / "b.csv")
    assert local([Path("kaggle:owner/shop/b.csv")]) == [tmp_path / "b.csv"]
    assert asked == [("owner/shop", None)]
