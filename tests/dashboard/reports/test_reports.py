"""Reports: one file each, whose numbers are those that the command line prints."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.cli import run
from dashboard.reports.comparison_report import comparison_report
from dashboard.reports.dataset_report import dataset_report
from dashboard.reports.document import Report
from dashboard.reports.model_report import model_report
from dashboard.reports.run_report import run_report
from dashboard.services.recommendations import placements
from dashboard.services.runs import model_in_service
from data.errors import BadInput
from data.home import Home
from data.i18n import use_language
from tests.dashboard.shop import CUP, RUN, copy_shop

LOCAL = "http://127.0.0.1:8050"
KINDS: dict[str, Callable[[Home], Report]] = {
    "dataset": lambda home: dataset_report(home, "toy"),
    "run": lambda home: run_report(home, RUN),
    "model": lambda home: model_report(home, "toy"),
}


class Tags(HTMLParser):
    """The elements of a file, with their attributes."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))


@pytest.fixture(scope="module")
def served(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A shop whose run is in service."""
    home, name = copy_shop(trained_shop, tmp_path_factory.mktemp("served"))
    model_in_service.promote(home, name)
    return home


def test_its_figures_are_those_that_show_prints(
    served: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--home", str(served.path), "show", RUN, "--json"])
    shown = json.loads(capsys.readouterr().out)["test"]
    tags = Tags(run_report(served, RUN).as_html()).found
    figures = {
        name: float(values["value"] or "nan")
        for tag, values in tags
        if tag == "data" and (name := values.get("data-metric"))
    }
    assert figures == {name: value for name, value in shown.items() if value is not None}
    assert "ndcg@10" in figures


@pytest.mark.parametrize("kind", KINDS)
def test_it_asks_nothing_of_anybody(served: Home, kind: str) -> None:
    content = KINDS[kind](served).as_html()
    tags = Tags(content).found
    assert not {tag for tag, _values in tags} & {"script", "link", "img", "iframe", "a", "button"}
    assert not [name for _tag, values in tags for name in values if name.startswith("on")]
    assert "url(" not in content
    assert "http" not in re.sub(r'http-equiv="Content-Security-Policy"', "", content)
    assert len([tag for tag, _values in tags if tag == "svg"]) >= 4
    assert len(content) < 400_000


def test_the_report_of_a_run_says_how_to_repeat_it(served: Home) -> None:
    content = run_report(served, RUN).as_html()
    record = json.loads((served.runs / RUN / "record.json").read_text("utf-8"))
    assert record["dataset"]["version"] in content
    assert record["dataset"]["sources"][0]["sha256"] in content
    assert record["packages"]["keras"] in content
    assert "Full softmax: every product" in content


def test_it_speaks_the_language_of_its_reader(served: Home) -> None:
    use_language("es")
    assert "Configuración" in run_report(served, RUN).as_html()


def test_the_model_in_service_has_its_history_and_its_rules(served: Home) -> None:
    placements.set_rules(served, "toy", "home-page", {"pinned": [f"1:{CUP}"]})
    content = model_report(served, "toy", "home-page").as_html()
    assert "Models that were in service" in content
    assert "Rules" in content
    assert CUP in content


def test_a_comparison_takes_two_runs(served: Home) -> None:
    with pytest.raises(BadInput, match="takes two runs or more"):
        comparison_report(served, [RUN])


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("dataset", "toy"), "toy.html"),
        (("run", RUN), f"{RUN}.html"),
        (("model", "toy"), "toy-model.html"),
    ],
)
def test_the_command_and_the_server_write_the_same(
    served: Home,
    words: tuple[str, str],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["--home", str(served.path), "report", *words]) == 0
    client = create_app(served).server.test_client()
    response = client.get(f"/take/report/{words[0]}/{words[1]}.html", base_url=LOCAL)
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
    written = re.compile(r"on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\.")
    printed = (tmp_path / name).read_text("utf-8")
    assert written.sub("", printed) == written.sub("", response.text)


@pytest.mark.parametrize("words", [("run", "toy-9"), ("dataset", "toy9"), ("model", "toy9")])
def test_what_is_unknown_is_named_and_nothing_is_written(
    served: Home,
    words: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["--home", str(served.path), "report", *words]) == 2
    assert words[1] in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    client = create_app(served).server.test_client()
    address = f"/take/report/{words[0]}/{words[1]}.html"
    assert client.get(address, base_url=LOCAL).status_code == 404
