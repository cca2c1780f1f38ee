"""Every page, in every state of a home, theme, language and width, is whole and for everybody.

A page is opened once for each state of a home, each time in another theme, language and width;
``make hunt`` opens it in all of them.
"""

import csv
import itertools
import json
import os
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from dash.development.base_component import Component
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.jobs import failures
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.datasets import imports
from dashboard.services.recommendations import placements
from dashboard.services.runs import control
from data.home import Home
from data.importing.request import ImportRequest
from tests.browser.conftest import PATIENCE, Site, Trouble
from tests.browser.cut_words import CUT_WORDS, WORDS_BEYOND_CHARTS
from tests.browser.test_gallery import complaints
from tests.conftest import Setup
from tests.dashboard.shop import RUN, TEAPOT, UNSEEN, copy_titled_shop

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("every page")]

Visit = Callable[[str, str, "Look"], tuple[Page, Trouble]]


@dataclass
class Seen:
    """What the tests of this module have opened so far.

    ``ids`` are those of all components that were made, or their types where they are patterns.
    """

    pages: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


class Look(NamedTuple):
    """How a page is opened."""

    theme: str
    locale: str
    width: int


LOOKS = list(
    itertools.starmap(Look, itertools.product(("light", "dark"), ("en", "es"), (1280, 390)))
)
ALL_LOOKS = os.environ.get("HYPOTHESIS_PROFILE") == "hunt"
ODD = "odd"
"""The dataset of the huge home."""

GENERAL = (
    "/",
    "/data",
    "/train",
    "/runs",
    "/compare",
    "/recommend",
    "/recommend/products",
    "/recommend/health",
    "/recommend/placements",
    "/recommend/take-away",
)
OF_A_DATASET = ("", "/products", "/users", "/quality", "/preparation")


def pages_of(dataset: str, *runs: str) -> tuple[str, ...]:
    """Return the addresses of the pages of a home with a dataset and runs."""
    return (
        *GENERAL,
        *(f"/data/{dataset}{view}" for view in OF_A_DATASET),
        f"/train?dataset={dataset}",
        *(f"/runs/{run}" for run in runs),
        f"/compare?runs={','.join(runs)}",
    )


PAGES = {
    "empty": (*GENERAL, "/data/nowhere", "/runs/nowhere-1"),
    "one": (
        *pages_of("toy", RUN),
        "/recommend?user=u00001&hide=1&beside=baseline:markov",
        "/recommend?user=u00001&placement=home-page",
        "/recommend/placements?placement=home-page",
        "/recommend/placements?new=1",
    ),
    "huge": (*pages_of(ODD, f"{ODD}-1", f"{ODD}-2"), f"/recommend?dataset={ODD}"),
    "failed": (
        *pages_of("toy", RUN, "toy-2", "toy-import-1", "toy-backtest-1"),
        "/data/damaged",
        "/data/gone?brands=brand1",
        "/train?dataset=gone",
    ),
}

OF_DASH = {"_pages_location", "_pages_content", "_pages_store", "_pages_dummy"}
"""Components of Dash itself."""
LATER = re.compile(
    "(uploaded-)?import-.*|attribute-choice-.*|explore-attribute|side-remove|recommend-fit-clock"
    "|runs-(first|pause|limit|undo|drain|workers-clock)|space-(other|clock)|gallery-toast|messages-test"
)
"""Components that a page has once a file is chosen or its messages are open, or where there are
side tables, queued runs or several machines."""

BUSY = "[data-dash-is-loading], .is-waiting, ._dash-loading"


def write_odd_log(file: Path) -> None:
    """Write a log with 10,000 types of events, a basket of 2,000 products, and one busy buyer."""
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["time", "user", "product", "type", "brand", "category", "price"])
        for number in range(2_000):
            product = [f"p{number}", "purchase", f"brand of a rather long name {number}"]
            rows.writerow(["2026-01-05 10:00:00", "u1", *product, f"a{number % 40}.b{number}", "9"])
        for number in range(10_000):
            kind = f"a type of event with the number {number}"
            time = f"2026-02-{number % 28 + 1:02d} 11:00:00"
            rows.writerow([time, f"u{number % 50}", f"p{number % 700}", kind, "b", "a1", "1234567"])
        for number in range(600):
            time = f"2026-03-{number % 28 + 1:02d} {number % 24:02d}:30:00"
            rows.writerow([time, f"u{number % 50}", f"p{number % 90}", "purchase", "b", "a", "5.5"])


def make_huge(folder: Path) -> None:
    """Make a home with the odd log and 300 runs, none of which has a model."""
    home = Home(folder / "home")
    log = folder / "log.csv"
    write_odd_log(log)
    imports.import_files(home, ImportRequest([log], ODD))
    runs = Runs(home)
    for number in range(300):
        name = runs.create("train", ODD, {}, preset="fast", label=f"A long label {number} " * 4)
        control.stop(home, name)
    runs.close()


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """The pages that the tests open, and the components that these make."""
    seen = Seen()
    create = Component.__init__

    def note(self: Component, **values: Any) -> None:
        create(self, **values)
        if (id_ := getattr(self, "id", None)) is not None:
            seen.ids.add(kind_of(id_))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Component, "__init__", note)
        yield seen


def kind_of(id_: str | dict[str, Any]) -> str:
    """Return an id, or its type where it is a pattern."""
    if isinstance(id_, str) and id_.startswith("{"):
        id_ = json.loads(id_)
    return str(id_["type"]) if isinstance(id_, dict) else id_


@pytest.fixture(scope="module")
def homes(
    serve: Callable[[Home], Site],
    still_site: Site,
    set_up_once: Setup,
    trained_shop: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Site]:
    """A server for each state of a home."""
    one, _run = copy_titled_shop(trained_shop, tmp_path_factory.mktemp("one"))
    placements.set_rules(one, "toy", "home-page", {"stock_list": [TEAPOT, UNSEEN]})
    huge = Home(tmp_path_factory.mktemp("huge") / "home")
    shutil.copytree(set_up_once("huge-home", make_huge) / "home", huge.path)
    failed, _run = copy_titled_shop(trained_shop, tmp_path_factory.mktemp("failed"))
    break_home(failed)
    return {
        "empty": still_site,
        "one": serve(one),
        "huge": serve(huge),
        "failed": serve(failed),
    }


@pytest.fixture(scope="module")
def visit(browser: Browser, homes: dict[str, Site], seen: Seen) -> Iterator[Visit]:
    """Return a function that opens a page; the pages of one look share the cache of a browser."""
    contexts: dict[Look, BrowserContext] = {}

    def open_page(state: str, path: str, look: Look) -> tuple[Page, Trouble]:
        seen.pages.add(f"{state} {path}")
        if look not in contexts:
            contexts[look] = browser.new_context(
                viewport={"width": look.width, "height": 900},
                color_scheme="dark" if look.theme == "dark" else "light",
                locale=look.locale,
            )
            contexts[look].set_default_timeout(PATIENCE)
        for earlier in contexts[look].pages:
            earlier.close()
        page = contexts[look].new_page()
        trouble = Trouble(homes[state].address)
        trouble.watch(page)
        page.goto(homes[state].address + path)
        page.wait_for_selector("#main h1")
        return page, trouble

    yield open_page
    for context in contexts.values():
        context.close()
    assert [site.cleared_wrongly for site in homes.values() if site.cleared_wrongly] == []


def break_home(home: Home) -> None:
    """Let a run of each kind fail, damage an evaluation and a dataset, and remove a file of one."""
    runs = Runs(home)
    config = runs.get(RUN).config
    for kind, reason, message in (
        ("train", failures.DISK, None),
        ("import", None, "The file ends too early."),
        ("backtest", failures.MEMORY, None),
    ):
        plan = {"preset": "fast", "config": config, "last_days": ["2024-01-01"], "trials": 1}
        name = runs.create(kind, "toy", plan if kind == "backtest" else config)
        claimed = runs.queue.claim()
        assert claimed is not None
        runs.attempts.begin(name, claimed.attempt, Process.current())
        runs.attempts.end(name, claimed.attempt, State.FAILED, reason, message)
    (runs.folder(RUN) / "evaluation.json").write_text("{", "utf-8")
    runs.close()
    damaged = home.path / "datasets" / "damaged"
    damaged.mkdir()
    (damaged / "manifest.json").write_text("{}", "utf-8")
    gone = home.path / "datasets" / "gone"
    shutil.copytree(home.path / "datasets" / "toy", gone)
    next(gone.glob("*/part-0.parquet")).unlink()


def cases() -> list[object]:
    """Return every page of every state, each with its looks."""
    found = []
    number = 0
    for state, pages in PAGES.items():
        for path in pages:
            for look in LOOKS if ALL_LOOKS else [LOOKS[number * 3 % len(LOOKS)]]:
                name = f"{state} {path} {' '.join(map(str, look))}"
                found.append(pytest.param((state, path), look, id=name))
            number += 1
    return found


@pytest.mark.parametrize(("page_of", "look"), cases())
def test_a_page_is_whole_and_for_everybody(
    visit: Visit, page_of: tuple[str, str], look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    page, trouble = visit(*page_of, look)
    expect(page.locator(BUSY).filter(visible=True)).to_have_count(0)
    assert page.evaluate("document.documentElement.lang") == look.locale
    assert page.evaluate("document.documentElement.scrollWidth") <= look.width
    assert page.evaluate(CUT_WORDS) == []
    assert page.evaluate(WORDS_BEYOND_CHARTS) == []
    assert complaints(page) == []
    assert (trouble.errors, trouble.foreign) == ([], [])
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
    if folder := os.environ.get("SCREENSHOTS"):
        state, path = page_of
        name = "_".join([state, path.strip("/").replace("/", "-") or "home", *map(str, look)])
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_every_id_of_a_callback_belongs_to_a_component(
    homes: dict[str, Site], seen: Seen, visit: Visit
) -> None:
    """Some of the pages make every component that a callback reads or writes."""
    pages = [("empty", "/"), ("failed", "/data"), ("failed", "/recommend/health")]
    for state, path in [*pages, *(("one", path) for path in PAGES["one"])]:
        if f"{state} {path}" not in seen.pages:  # another process may have opened it
            page, _trouble = visit(state, path, LOOKS[0])
            expect(page.locator(BUSY).filter(visible=True)).to_have_count(0)
    address = homes["one"].address
    with urllib.request.urlopen(f"{address}/_dash-dependencies") as answer:
        callbacks = json.load(answer)
    named = {
        kind_of(part["id"])
        for callback in callbacks
        for part in (*callback["inputs"], *callback["state"])
    }
    assert len(named) > 50
    unknown = named - seen.ids - OF_DASH
    assert {name for name in unknown if not LATER.fullmatch(name)} == set()
