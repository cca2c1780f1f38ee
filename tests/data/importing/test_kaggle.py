"""Names of Kaggle data sets, their download, and the errors."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from data.errors import BadInput, VitrinaError
from data.importing.kaggle import local, parse

NAME = Path("kaggle:owner/shop")


class HttpError(OSError):
    """The error that kagglehub raises for a response: an OSError with a status code."""

    def __init__(self, status: int | None) -> None:
        super().__init__("no")
        self.response = None if status is None else self
        self.status_code = status


def install_kagglehub(monkeypatch: pytest.MonkeyPatch, result: Path | Exception) -> list[object]:
    """Replace kagglehub by a module that returns a path or raises; return its list of requests."""
    requests: list[object] = []

    def dataset_download(handle: str, path: str | None = None) -> str:
        requests.append((handle, path))
        if isinstance(result, Exception):
            raise result
        return str(result)

    package = ModuleType("kagglehub")
    package.dataset_download = dataset_download  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kagglehub", package)
    return requests


@pytest.mark.parametrize(
    "name", ["kaggle:", "kaggle:shop", "kaggle:a/b/../../c", "kaggle:a b/c", "kaggle:a/b/"]
)
def test_a_malformed_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="names no data set of Kaggle"):
        parse(name)


def test_the_error_without_kagglehub_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_an_error_of_kaggle_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, status: int | None, kind: type[Exception], sentence: str
) -> None:
    install_kagglehub(monkeypatch, HttpError(status))
    with pytest.raises(kind, match=sentence):
        local([NAME])


def test_a_file_or_all_tables_of_a_data_set_are_downloaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("b.csv", "a.csv.gz", "licence.md"):
        (tmp_path / name).touch()
    own = tmp_path / "own.csv"
    requests = install_kagglehub(monkeypatch, tmp_path)
    assert local([own, NAME]) == [own, tmp_path / "a.csv.gz", tmp_path / "b.csv"]
    install_kagglehub(monkeypatch, tmp_path / "b.csv")
    assert local([Path("kaggle:owner/shop/b.csv")]) == [tmp_path / "b.csv"]
    assert requests == [("owner/shop", None)]
