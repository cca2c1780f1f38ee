"""Damage to the files of a home, and what commands and pages then say."""

import contextlib
import io
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dash import Dash
from flask.testing import FlaskClient
from werkzeug.datastructures import Authorization

from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from dashboard.cli import run as run_command
from dashboard.context import HOME
from data.home import Home
from tests.dashboard.visitor import Visitor
from tests.faults.full_home import (
    PASSWORD,
    PLACEMENT,
    RUN,
    SHOP,
    USER,
    fill,
    unfinished_upload,
)

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


JOBS = tuple(f"{SHOP}-{name}-1" for name in ("score", "effect", "fit", "map", "search"))
LAID_OUT = tuple(f"/runs/{run}" for run in (f"{SHOP}-2", f"{SHOP}-3", *JOBS[:-1]))
"""Pages of a full home whose callbacks are those of other pages."""
FULL_PAGES = (
    *(page for page in pages(SHOP) if page not in (*pages("demo"), *LAID_OUT)),
    f"/runs/{JOBS[-1]}",
    f"/recommend?dataset={SHOP}&placement={PLACEMENT}&user=3",
    *(f"/recommend/{part}?run={RUN}&placement={PLACEMENT}" for part in ("placements", "products")),
    f"/train?clone={JOBS[-1]}",
)
"""The pages about the dataset of a full home, its runs and jobs."""
FULL_ADDRESSES = (
    *("/health", "/login", "/help/", "/api/v1/runs", "/api/v1/models", "/api/v1/placements"),
    f"/api/v1/recommendations?dataset={SHOP}&user=3",
    f"/api/v1/recommendations?dataset={SHOP}&placement={PLACEMENT}&history=1,2",
    *(f"/take/bundle/{RUN}.zip{query}" for query in ("", f"?placement={PLACEMENT}")),
    *(f"/take/lists/{SHOP}-score-{number}" for number in (1, 2)),
    *(f"/take/record/{run}.zip" for run in (RUN, JOBS[-1])),
    f"/take/rejects/{SHOP}.csv",
    *(f"/take/report/{part}.html" for part in (f"dataset/{SHOP}", f"run/{RUN}", f"model/{SHOP}")),
    f"/take/report/model/{SHOP}.html?placement={PLACEMENT}",
    f"/take/report/comparison.html?runs={RUN},{SHOP}-2",
)


def full_commands(out: Path) -> tuple[list[str], ...]:
    """Return the words of the commands about a full home that only read it or write elsewhere."""
    return (
        *(["datasets"], ["stats", SHOP], ["runs"], ["show", RUN], ["show", JOBS[-1]]),
        ["recommend", RUN, "--user", "3"],
        ["recommend", "--dataset", SHOP, "--placement", PLACEMENT, "--history", "1"],
        *(["model", "list"], ["model", "history", SHOP], ["model", "schedule", SHOP]),
        *(["placement", "list"], ["placement", "show", SHOP, PLACEMENT, "--history"]),
        *(["notify", "list"], ["user", "list"], ["workers", "list"], ["verify"]),
        ["report", "run", RUN, "--out", str(out / "run.html")],
        ["report", "dataset", SHOP, "--out", str(out / "dataset.html")],
        ["report", "model", SHOP, "--out", str(out / "model.html")],
        ["archive", RUN, "--out", str(out / "run.zip")],
        ["export", RUN, "--out", str(out / "bundle")],
        ["score", RUN, "--out", str(out / "lists.csv")],
        ["backup", str(out / "backup.tar.gz")],
    )


def full_answers(home: Home, out: Path, upload: str) -> Answers:
    """Ask every page with all that it shows, every download and every command of a full home.

    Parameters
    ----------
    home : Home
        Made by ``tests.faults.full_home.fill``.
    out : Path
        A new folder for what commands write.
    upload : str
        Token of its upload that is under way.
    """
    result = Answers()
    server = create_app(home, api=ApiSettings(rate="1000 per second")).server
    with _unexpected(result):
        client = server.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = Authorization(
            "basic", {"username": USER, "password": PASSWORD}
        ).to_header()
        visitor = Visitor(client)
        for page in (*FULL_PAGES, *LAID_OUT):
            is_laid_out = page in LAID_OUT
            for answer in [visitor.layout(page)[1]] if is_laid_out else visitor.visit(page):
                text = result.texts.get(page, "") + answer.text
                result.add(page, text, answer.status not in (200, 204) and not answer.text.strip())
        for address in FULL_ADDRESSES:
            _get(result, client, address)
        address = f"/upload?upload={upload}&offset=1000"
        sent = client.post(
            address, data=b"z" * 10, headers={"X-Vitrina-Upload": "1"}, base_url=LOCAL
        )
        result.add("an upload", sent.text, not sent.text.strip())
        out.mkdir()
        for words in full_commands(out):
            ask_command(result, home, words)
    return result


def make_full_home(folder: Path) -> None:
    """Make ``folder / "home"`` as ``full_home.fill`` does, and let its answers fill its cache."""
    fill(folder)
    home = folder / "home"
    said = full_answers(Home(home), folder / "out", unfinished_upload(home))
    assert said.unexplained == []


def _get(result: Answers, client: FlaskClient, address: str) -> None:
    answer = client.get(address, base_url=LOCAL)
    text = answer.get_data().decode(errors="replace")
    result.add(address, text, answer.status_code >= 400 and not text.strip())


@contextlib.contextmanager
def _unexpected(result: Answers) -> Iterator[None]:
    """Count what is logged as an unexpected failure as an answer that is no sentence."""

    class Log(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            result.add("the log", self.format(record), failed=True)

    log = Log(logging.ERROR)
    logging.getLogger("vitrina").addHandler(log)
    try:
        yield
    finally:
        logging.getLogger("vitrina").removeHandler(log)


def ask_command(result: Answers, home: Home, words: Sequence[str], *options: str) -> None:
    """Add what a command says."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run_command([*words, *options, "--home", str(home.path)])
    text = out.getvalue() + err.getvalue()
    says_nothing = code != 0 and not err.getvalue().strip()
    result.add(" ".join(words), text, code not in (0, 1, 2) or says_nothing)


def files_of(home: Path) -> list[str]:
    """Return the files of a home, sorted, as paths relative to it.

    Without those that SQLite makes and deletes as connections come and go.
    """
    names = (str(file.relative_to(home)) for file in home.rglob("*") if file.is_file())
    return sorted(name for name in names if not name.endswith(("-shm", "-wal")))
