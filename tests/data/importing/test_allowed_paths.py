import os
from pathlib import Path

import pytest

from data.errors import BadInput
from data.importing.allowed_paths import allowed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.csv").write_text("x")
    inside = tmp_path / "allowed"
    (inside / "deep").mkdir(parents=True)
    (inside / "deep" / "log.csv").write_text("x")
    (inside / "way-out").symlink_to(tmp_path)
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "near.csv").symlink_to(inside / "deep" / "log.csv")
    (tmp_path / "allowed-not").mkdir()
    (tmp_path / "allowed-not" / "log.csv").write_text("x")
    (inside / ".env").write_text("x")
    (inside / ".ssh").mkdir()
    (inside / ".ssh" / "id_rsa").write_text("x")
    (inside / "key.csv").symlink_to(inside / ".ssh" / "id_rsa")
    os.mkfifo(inside / "pipe")
    (inside / "loop.csv").symlink_to(inside / "loop.csv")
    return inside


@pytest.mark.parametrize("path", ["deep/log.csv", "deep/../deep/log.csv", "near.csv"])
def test_a_path_inside_an_allowed_folder_is_resolved(folder: Path, path: str) -> None:
    real = (folder / "deep" / "log.csv").resolve()
    assert allowed(path, [folder]) == real
    assert allowed(folder / path, [folder]) == real


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv",
        "deep/../../secret.csv",
        "way-out/secret.csv",
        "link.csv",
        "/etc/passwd",
        "../allowed-not/log.csv",
        "deep",
        "none.csv",
        "",
        "deep/log.csv\0.txt",
        ".env",
        ".ssh/id_rsa",
        "deep/../.ssh/id_rsa",
        "key.csv",
        "pipe",
        "x" * 300,
        "loop.csv",
    ],
)
def test_a_path_outside_the_allowed_folders_or_without_a_file_is_refused(
    folder: Path, path: str
) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        allowed(path, [folder])
    with pytest.raises(BadInput, match="There is no file"):
        allowed(path, [])


@pytest.mark.parametrize(
    "path", ["/proc/self/environ", "/proc/version", "/dev/null", "/sys/kernel"]
)
def test_what_the_system_shows_of_itself_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        allowed(path, [Path("/")])


def test_a_hidden_folder_is_open_where_it_was_allowed_by_name(folder: Path) -> None:
    assert allowed("id_rsa", [folder / ".ssh"]).name == "id_rsa"
