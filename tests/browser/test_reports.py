"""Reports in a browser without a network: whole, for everybody, in both themes and on paper."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.jobs.metric_reader import Point
from dashboard.jobs.process import Process
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.reports.comparison_report import comparison_report
from dashboard.reports.dataset_report import dataset_report
from dashboard.reports.model_report import model_report
from dashboard.reports.run_report import run_report
from dashboard.services.runs import model_in_service
from data.home import Home
from tests.browser.conftest import Site
from tests.browser.test_gallery import complaints
from tests.dashboard.shop import RUN, copy_titled_shop

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

KINDS = ("dataset", "run", "model", "comparison")


@pytest.fixture(scope="module")
def home(trained_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home, name = copy_titled_shop(trained_shop, tmp_path_factory.mktemp("reports"))
    model_in_service.promote(home, name)
    return home


@pytest.fixture(scope="module")
def files(home: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of each kind of report; the run is compared with a copy of itself."""
    folder = tmp_path_factory.mktemp("files")
    clone = copy_of_run(home, RUN)
    reports = {
        "dataset": dataset_report(home, "toy"),
        "run": run_report(home, RUN),
        "model": model_report(home, "toy"),
        "comparison": comparison_report(home, [RUN, clone]),
    }
    for kind, report in reports.items():
        (folder / f"{kind}.html").write_text(report.as_html(), "utf-8")
    return {kind: folder / f"{kind}.html" for kind in reports}


def copy_of_run(home: Home, name: str) -> str:
    """Add a run with the files of another one, and epochs."""
    runs = Runs(home)
    clone = runs.create("train", "toy", runs.get(name).config, preset="fast")
    claimed = runs.queue.claim()
    assert claimed is not None
    runs.attempts.begin(clone, claimed.attempt, Process.current())
    points = [
        Point(epoch, None, name, 1 / epoch, 0.0)
        for epoch in (1, 2, 3)
        for name in ("loss", "val_loss", "val_ndcg@10")
    ]
    runs.metric_writer.append(clone, claimed.attempt, points)
    runs.attempts.end(clone, claimed.attempt, State.FINISHED, None, None)
    shutil.copytree(runs.folder(name), runs.folder(clone), dirs_exist_ok=True)
    runs.close()
    return clone


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def start(file: Path, *, theme: str = "light", width: int = 1280) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            offline=True,
        )
        contexts.append(context)
        page = context.new_page()
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text))
        page.goto(file.as_uri())
        assert asked == [file.as_uri()]
        assert errors == []
        return page

    yield start
    for context in contexts:
        context.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_it_opens_without_a_network_and_shuts_nobody_out(
    files: dict[str, Path], open_file: Callable[..., Page], kind: str, theme: str, width: int
) -> None:
    page = open_file(files[kind], theme=theme, width=width)
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator(f".chart.is-{theme}").first).to_be_visible()
    hidden = "light" if theme == "dark" else "dark"
    expect(page.locator(f".chart.is-{hidden}").first).to_be_hidden()
    if folder := os.environ.get("SCREENSHOTS"):
        name = f"report_{kind}_{theme}_{width}"
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("kind", KINDS)
def test_it_prints_in_light_colours_with_its_charts(
    files: dict[str, Path], open_file: Callable[..., Page], kind: str
) -> None:
    page = open_file(files[kind], theme="dark")
    page.emulate_media(media="print")
    expect(page.locator(".chart.is-light").first).to_be_visible()
    expect(page.locator(".chart.is-dark").first).to_be_hidden()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    if folder := os.environ.get("SCREENSHOTS"):
        (Path(folder) / f"report_{kind}.pdf").write_bytes(paper)


def test_the_pages_offer_it(serve: Callable[[Home], Site], home: Home, browser: Browser) -> None:
    site = serve(home)
    page = browser.new_page(accept_downloads=True)
    for path, name in (("/data/toy", "toy.html"), (f"/runs/{RUN}", f"{RUN}.html")):
        page.goto(site.address + path)
        if path.startswith("/runs"):
            page.get_by_text("More", exact=True).first.click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Report", exact=True).first.click()
        assert download.value.suggested_filename == name
        assert "<svg" in Path(download.value.path()).read_text("utf-8")
    page.close()
