"""``POST /upload``, as a browser uses it and as others may misuse it."""

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from data.home import Home

HEADER = {"X-Vitrina-Upload": "1"}


@pytest.fixture
def client(home: Home) -> FlaskClient:
    return create_app(home).server.test_client()


def test_a_file_is_received_in_pieces(home: Home, client: FlaskClient) -> None:
    first = client.post("/upload?name=a.csv&size=6", data=b"abc", headers=HEADER)
    token = first.get_json()["upload"]
    assert first.get_json() == {"upload": token, "bytes": 3}

    last = client.post(f"/upload?upload={token}&offset=3", data=b"def", headers=HEADER)
    assert last.get_json() == {"upload": token, "bytes": 6, "path": f"{token}/a.csv"}
    assert (home.uploads / token / "a.csv").read_bytes() == b"abcdef"


def test_a_later_request_cannot_raise_the_announced_size(home: Home, client: FlaskClient) -> None:
    first = client.post("/upload?name=a.csv&size=6", data=b"abc", headers=HEADER)
    token = first.get_json()["upload"]
    response = client.post(
        f"/upload?name=a.csv&size={10**13}&offset=3&upload={token}", data=b"defg", headers=HEADER
    )
    assert response.status_code == 400
    assert response.get_json()["error"].startswith("The file a.csv is larger than announced")
    assert (home.uploads / token / ".partial").read_bytes() == b"abc"


def test_a_first_piece_that_is_refused_leaves_no_folder(home: Home, client: FlaskClient) -> None:
    for query, piece in (("size=1", b"abc"), ("size=6&offset=3", b"def")):
        response = client.post(f"/upload?name=a.csv&{query}", data=piece, headers=HEADER)
        assert response.status_code == 400
    assert not list(home.uploads.iterdir())


def test_requests_that_another_site_could_send_are_refused(home: Home, client: FlaskClient) -> None:
    assert client.post("/upload?name=a.csv&size=3", data=b"abc").status_code == 403
    foreign = HEADER | {"Origin": "http://elsewhere.example"}
    response = client.post("/upload?name=a.csv&size=3", data=b"abc", headers=foreign)
    assert response.status_code == 403
    assert not list(home.uploads.iterdir())


def test_the_response_says_why_a_file_is_refused(client: FlaskClient) -> None:
    response = client.post("/upload?name=a.csv&size=0", data=b"", headers=HEADER)
    assert response.status_code == 400
    assert response.get_json() == {"error": "The file a.csv is empty."}
