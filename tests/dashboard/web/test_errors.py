"""What people and the log learn when a callback fails."""

import errno
import json
import logging
from typing import Any

import pytest
from dash import Dash, Input, Output

from dashboard.app import create_app
from dashboard.components import chart_id
from data.errors import BadInput
from data.home import Home

LOCAL = "http://127.0.0.1:8050"


def call(app: Dash, output: Any) -> dict[str, Any]:
    """Ask for the output of the callback that listens to the button."""
    named = output if isinstance(output, str) else json.dumps(output, separators=(",", ":"))
    prop = "data" if isinstance(output, dict) else "children"
    body = {
        "output": f"{named}.{prop}",
        "outputs": {"id": output, "property": prop},
        "inputs": [{"id": "button", "property": "n_clicks", "value": 1}],
        "changedPropIds": ["button.n_clicks"],
    }
    answer = app.server.test_client().post("/_dash-update-component", base_url=LOCAL, json=body)
    return dict(answer.json) if answer.status_code == 200 else {}


def failing(home: Home, output: Any, error: Exception) -> Dash:
    app = create_app(home)
    prop = "data" if isinstance(output, dict) else "children"

    @app.callback(Output(output, prop), Input("button", "n_clicks"))
    def fail(_clicks: int) -> None:
        raise error

    return app


def test_a_failure_becomes_a_toast_with_an_id_that_the_log_has(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    app = failing(home, "place", RuntimeError("the disk is on fire"))
    with caplog.at_level(logging.WARNING, logger="vitrina"):
        answer = json.dumps(call(app, "place"))
    assert "toast-card is-bad" in answer
    assert "the disk is on fire" not in answer
    incident = caplog.records[-1].getMessage().split(":")[0]
    assert incident in answer
    assert "the disk is on fire" in caplog.text


def test_a_sentence_written_for_people_is_shown_as_it_is(home: Home) -> None:
    app = failing(home, "place", BadInput("There is no run demo-9."))
    assert "There is no run demo-9." in json.dumps(call(app, "place"))


def test_a_full_disk_is_called_that(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    app = failing(home, "place", OSError(errno.ENOSPC, "No space left on device"))
    assert "The disk is full; free some space" in json.dumps(call(app, "place"))
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_figure_card_shows_its_error_in_its_own_place(home: Home) -> None:
    where = chart_id("days")
    app = failing(home, where, BadInput("The dataset oct is gone."))
    answer = call(app, dict(sorted(where.items())))
    text = json.dumps(answer)
    assert '"error": "The dataset oct is gone."' in text
    assert "toast-card" not in text
