"""Damage to the files of a home, and what commands and pages then say."""

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dash import Dash

from dashboard.cli import run as run_command
from dashboard.context import HOME
from data.home import Home

LOCAL = "http://127.0.0.1:8050"
UNEXPLAINED = ("not your fault", "Unexpected failure", "Traceback", "Error:")


def pages(dataset: str) -> tuple[str, ...]:
    """Return the addresses of the pages about a dataset and its first three runs."""
    first, second, third = (f"{dataset}-{number}" for number in (1, 2, 3))
    return (
        *("/", "/data", *(f"/data/{dataset}{part}" for part in ("", "/products", "/users"))),
        *(f"/data/{dataset}{part}" for part in ("/quality", "/preparation")),
        *("/train", f"/train?clone={first}"),
        *("/runs", *(f"/runs/{run}" for run in (first, second, third))),
        *("/compare", f"/compare?runs={first},{second}"),
        *("/recommend", f"/recommend?run={first}&user=1", f"/recommend/products?run={first}"),
        *(f"/recommend/{part}?run={first}" for part in ("health", "take-away", "placements")),
    )


def commands(dataset: str) -> tuple[list[str], ...]:
    """Return the words of the commands about a dataset and its first two runs."""
    first, second = (f"{dataset}-{number}" for number in (1, 2))
    return (
        *(["datasets"], ["stats", dataset], ["runs"], ["show", first], ["show", second]),
        ["recommend", first, "--history", ""],
    )


@dataclass
class Answers:
    """What pages and commands said of a home.

    Attributes
    ----------
    texts : dict
        Address of a page, or words of a command → all text of the answer.
    unexplained : list of str
        The answers that are no sentence for people.
    """

    texts: dict[str, str] = field(default_factory=dict)
    unexplained: list[str] = field(default_factory=list)

    def add(self, name: str, text: str, failed: bool) -> None:
        self.texts[name] = text
        if failed or any(sign in text for sign in UNEXPLAINED):
            self.unexplained.append(f"{name}: {text[-600:]}")


def answers(app: Dash, home: Home, dataset: str = "demo") -> Answers:
    """Ask every page and command about a dataset of a home and its runs."""
    result = Answers()
    app.server.config[HOME] = home
    client = app.server.test_client()
    for address in pages(dataset):
        path, _mark, query = address.partition("?")
        places = {"pathname": path, "search": f"?{query}" if query else ""}
        body = {
            "output": ".._pages_content.children..._pages_store.data..",
            "outputs": [
                {"id": "_pages_content", "property": "children"},
                {"id": "_pages_store", "property": "data"},
            ],
            "inputs": [
                {"id": "_pages_location", "property": name, "value": value}
                for name, value in places.items()
            ],
            "changedPropIds": ["_pages_location.pathname"],
            "state": [],
        }
        answer = client.post("/_dash-update-component", json=body, base_url=LOCAL)
        result.add(address, answer.text, answer.status_code != 200)
    answer = client.get("/_dash-layout", base_url=LOCAL)
    result.add("the frame", answer.text, answer.status_code != 200)
    for chart in ("days", "brands", "long-tail"):
        output = {"id": f"dataset-{chart}", "type": "chart"}
        body = {
            "output": json.dumps(output, separators=(",", ":")) + ".data",
            "outputs": {"id": output, "property": "data"},
            "inputs": [
                {"id": "theme", "property": "data", "value": "light"},
                {"id": "explore-filters", "property": "data", "value": {"given": {}}},
            ],
            "state": [{"id": "explore-dataset", "property": "data", "value": dataset}],
            "changedPropIds": ["theme.data"],
        }
        answer = client.post("/_dash-update-component", json=body, base_url=LOCAL)
        result.add(f"chart {chart}", answer.text, answer.status_code != 200)
    for words in commands(dataset):
        ask_command(result, home, words, "--json")
    return result


def ask_command(result: Answers, home: Home, words: Sequence[str], *options: str) -> None:
    """Add what a command says."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_command([*words, *options, "--home", str(home.path)])
    text = out.getvalue() + err.getvalue()
    says_nothing = code != 0 and not err.getvalue().strip()
    result.add(" ".join(words), text, code not in (0, 1, 2) or says_nothing)


def files_of(home: Path) -> list[str]:
    """Return the files of a home, sorted, as paths relative to it."""
    return sorted(str(file.relative_to(home)) for file in home.rglob("*") if file.is_file())
