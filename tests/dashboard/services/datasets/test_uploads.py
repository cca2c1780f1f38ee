from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.services.datasets import uploads
from data.errors import BadInput
from data.home import Home

HEADER = {"X-Vitrina-Upload": "1"}


def test_pieces_become_the_file_and_only_the_last_one_gives_it_its_name(home: Home) -> None:
    token = uploads.begin(home, "oct.csv", 10)
    first = uploads.append(home, token, "oct.csv", b"012345", offset=0, size=10)
    assert not first.done
    assert not (home.uploads / first.path).exists()

    last = uploads.append(home, token, "oct.csv", b"6789", offset=6, size=10)
    assert last.done
    assert uploads.find(home, last.path).read_bytes() == b"0123456789"


def test_a_piece_that_is_sent_twice_is_written_once(home: Home) -> None:
    token = uploads.begin(home, "oct.csv", 6)
    uploads.append(home, token, "oct.csv", b"012", offset=0, size=6)
    uploads.append(home, token, "oct.csv", b"012", offset=0, size=6)
    done = uploads.append(home, token, "oct.csv", b"345", offset=3, size=6)
    assert uploads.find(home, done.path).read_bytes() == b"012345"


def test_a_piece_that_leaves_a_gap_is_refused(home: Home) -> None:
    token = uploads.begin(home, "oct.csv", 10)
    with pytest.raises(BadInput, match="out of order"):
        uploads.append(home, token, "oct.csv", b"6789", offset=6, size=10)


def test_a_file_over_the_limit_is_refused_before_a_byte_is_sent(home: Home) -> None:
    with pytest.raises(BadInput, match="larger than 2 GB"):
        uploads.begin(home, "nov.csv", uploads.LIMIT + 1)
    assert not list(home.uploads.iterdir())


@pytest.mark.parametrize("name", ["", "..", "/", "日本"])
def test_a_file_without_a_usable_name_is_refused(home: Home, name: str) -> None:
    with pytest.raises(BadInput, match="needs a name"):
        uploads.begin(home, name, 10)


@pytest.mark.parametrize("token", ["", "..", "../runs", "ffff"])
def test_an_upload_that_was_never_begun_is_refused(home: Home, token: str) -> None:
    with pytest.raises(BadInput, match="no longer known"):
        uploads.append(home, token, "oct.csv", b"0", offset=0, size=1)


@pytest.mark.parametrize("path", ["../vitrina.db", "/etc/passwd", "ffff/oct.csv", ""])
def test_only_complete_uploads_are_found(home: Home, path: str) -> None:
    home.path.mkdir(parents=True, exist_ok=True)
    home.database.write_text("a secret")
    with pytest.raises(BadInput, match="gone"):
        uploads.find(home, path)


def test_a_name_with_folders_stays_inside_its_own_folder(home: Home) -> None:
    token = uploads.begin(home, "../../etc/passwd", 1)
    done = uploads.append(home, token, "../../etc/passwd", b"x", offset=0, size=1)
    assert uploads.find(home, done.path).parent == (home.uploads / token).resolve()


def test_the_address_takes_a_file_in_pieces(home: Home) -> None:
    client = create_app(home).server.test_client()
    first = client.post("/upload?name=a.csv&size=6&offset=0", data=b"abc", headers=HEADER)
    token = first.get_json()["upload"]
    assert first.get_json() == {"upload": token, "bytes": 3}

    last = client.post(
        f"/upload?name=a.csv&size=6&offset=3&upload={token}", data=b"def", headers=HEADER
    )
    assert (home.uploads / last.get_json()["path"]).read_bytes() == b"abcdef"


def test_the_address_refuses_what_another_site_could_send(home: Home) -> None:
    client = create_app(home).server.test_client()
    assert client.post("/upload?name=a.csv&size=3", data=b"abc").status_code == 403
    foreign = HEADER | {"Origin": "http://elsewhere.example"}
    answer = client.post("/upload?name=a.csv&size=3", data=b"abc", headers=foreign)
    assert answer.status_code == 403
    assert not list(Path(home.uploads).iterdir())


def test_the_address_says_what_is_wrong(home: Home) -> None:
    client = create_app(home).server.test_client()
    answer = client.post("/upload?name=a.csv&size=0", data=b"", headers=HEADER)
    assert answer.status_code == 400
    assert answer.get_json() == {"error": "The file a.csv is empty."}
