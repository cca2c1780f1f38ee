"""The request of a queued import is stored as JSON."""

import json
from pathlib import Path

from data.importing.request import ImportRequest


def test_a_request_survives_its_storage_as_json() -> None:
    request = ImportRequest([Path("/a.csv")], "shop", {"user": "who"}, "%d/%m/%Y", "append")
    config = json.loads(json.dumps(request.as_config()))
    assert ImportRequest.from_config("shop", config) == request


def test_empty_answers_of_a_form_leave_everything_to_the_guess() -> None:
    request = ImportRequest([Path("/a.csv")], "shop", {}, "", "new")
    read = ImportRequest.from_config("shop", request.as_config())
    assert (read.mapping, read.time_format) == (None, None)
