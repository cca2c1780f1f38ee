"""What people do on pages of a web server, as their browser sends it."""

import json
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from tests.faults.conftest import Server

_ANSWER_SECONDS = 60


class Pages:
    """The pages of a server.

    Parameters
    ----------
    server : Server
    """

    def __init__(self, server: Server) -> None:
        self._address = server.address
        self._callbacks = self._ask("/_dash-dependencies")

    def train(self, dataset: str, settings: dict[str, Any]) -> str:
        """Start a training as the form does, and return the name of its run."""
        names = [{"type": "setting", "name": name} for name in settings]
        answer = self._click(
            "train-start",
            [
                [_part(one, "value", settings[one["name"]]) for one in names],
                [_part(one, "id", one) for one in names],
                _part("train-preset", "value", "paper"),
                _part("train-dataset", "value", dataset),
                [],
                [],
                _part("train-trials", "value", ""),
            ],
        )
        return unquote(urlsplit(answer["_pages_location"]["href"]).path).removeprefix("/runs/")

    def resume(self, run: str) -> None:
        """Click on *Resume* on the page of a run."""
        self._click({"type": "run-action", "name": "resume"}, [_part("run-name", "data", run)])

    def _click(self, button: str | dict[str, str], state: list[Any]) -> Any:
        shown = (
            button if isinstance(button, str) else f'{{"name":["ALL"],"type":"{button["type"]}"}}'
        )
        inputs = [{"id": shown, "property": "n_clicks"}]
        output = next(one["output"] for one in self._callbacks if one["inputs"] == inputs)
        pressed = _part(button, "n_clicks", 1)
        changed = button if isinstance(button, str) else _written(button)
        body = {
            "output": output,
            "outputs": [_output(one) for one in output.strip(".").split("...")],
            "inputs": [pressed if isinstance(button, str) else [pressed]],
            "changedPropIds": [f"{changed}.n_clicks"],
            "state": state,
        }
        return self._ask("/_dash-update-component", body)["response"]

    def _ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(self._address + path, data, headers)
        with urlopen(request, timeout=_ANSWER_SECONDS) as answer:
            return json.loads(answer.read())


def _part(name: object, property_: str, value: object) -> dict[str, Any]:
    return {"id": name, "property": property_, "value": value}


def _written(name: object) -> str:
    return json.dumps(name, sort_keys=True, separators=(",", ":"))


def _output(written: str) -> Any:
    """Return an output of a callback; of those with any name, none is on the page."""
    name, _dot, property_ = written.rpartition(".")
    return [] if name.startswith("{") else {"id": name, "property": property_}
