"""The page of a run as a browser asks for it, without a browser."""

import gzip
import http.client
import json
from typing import Any


class RunPage:
    """A page of a run in a browser: polls it, and asks for what has changed.

    Parameters
    ----------
    address : str
        Host and port of the server.
    run : str
    cookie : str
        Cookie header of whoever has signed in.

    Attributes
    ----------
    size : int
        Bytes of all answers, decompressed.
    """

    def __init__(self, address: str, run: str, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection(address)
        self._cookie = cookie
        self._callbacks = json.loads(self._send("GET", "/_dash-dependencies"))
        self._values: dict[str, Any] = {"theme": "light", "run-axis": "epoch", "run-name": run}
        self.size = 0

    def poll(self, turn: int) -> None:
        """Ask what has changed since the last time, and for that."""
        self._values["run-clock"] = turn
        changed = self._call("run-clock.n_intervals", ["run-clock.n_intervals"])
        drawn = [one for one in changed if json.loads(one)["name"] in {"seq", "state", "time"}]
        if drawn:
            self._call(_mark("seq"), [f"{one}.data" for one in drawn])

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _call(self, trigger: str, changed: list[str]) -> list[str]:
        """Call the first callback that a property triggers; return the markers that changed."""
        callback = next(
            one
            for one in self._callbacks
            if trigger in {f"{part['id']}.{part['property']}" for part in one["inputs"]}
        )
        body = {
            "output": callback["output"],
            "outputs": [self._part(*_split(one)) for one in _outputs(callback["output"])],
            "inputs": [self._part(one["id"], one["property"]) for one in callback["inputs"]],
            "state": [self._part(one["id"], one["property"]) for one in callback["state"]],
            "changedPropIds": changed,
        }
        content = self._send("POST", "/_dash-update-component", json.dumps(body))
        self.size += len(content)
        answer = json.loads(content or "{}").get("response", {})
        marks = {name: values["data"] for name, values in answer.items() if "run-mark" in name}
        self._values |= marks
        return list(marks)

    def _send(self, method: str, path: str, body: str = "") -> bytes:
        headers = {"Cookie": self._cookie} if self._cookie else {}
        if body:
            headers |= {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 204}:
            raise OSError(f"{answer.status} {content[:200]!r}")
        return gzip.decompress(content) if answer.headers.get("Content-Encoding") else content

    def _part(self, name: str, property_: str) -> dict[str, Any]:
        id_ = json.loads(name) if name.startswith("{") else name
        return {"id": id_, "property": property_, "value": self._values.get(name)}


def _mark(name: str) -> str:
    return f'{{"name":"{name}","type":"run-mark"}}.data'


def _outputs(output: str) -> list[str]:
    return output.strip(".").split("...") if output.startswith("..") else [output]


def _split(output: str) -> tuple[str, str]:
    name, _dot, property_ = output.rpartition(".")
    return name.replace("\\.", "."), property_
