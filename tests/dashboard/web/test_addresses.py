"""An address may say everything, also the same twice."""

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from data.home import Home
from tests.dashboard.visitor import Visitor


@pytest.fixture
def client(home: Home) -> FlaskClient:
    return create_app(home).server.test_client()


def test_the_last_value_of_a_repeated_parameter_counts(client: FlaskClient) -> None:
    _page, answer = Visitor(client).layout("/train?dataset=first&dataset=last&x=1&x=2")
    assert "not your fault" not in answer.text
    _page, answer = Visitor(client).layout("/compare?runs=demo-1&runs=demo-2")
    assert "not your fault" not in answer.text
