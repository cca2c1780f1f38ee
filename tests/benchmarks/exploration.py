"""How fast the pages of a dataset answer, with an empty cache and with a full one.

``BENCH_HOME`` and ``BENCH_DATASET`` name a dataset that is there already; else a month of the
demo shop (synthetic purchases, ``BENCH_BUYERS`` buyers) is made and imported. The cache of that
home is emptied.

Measured at 67,542,574 events on two quiet cores:

- alone, with nothing kept, a chart took 0.06 to 0.35 s without a filter, and 0.92 s at the most
  with one (repeats, where one event type is let through);
- in the browser the page could be used after 2.2 s with nothing kept and after 2.5 s with
  everything kept; the last of its twelve charts was there after 3.8 and 3.0 s, its slowest answer,
  beside the eleven others, after 2.5 s;
- the quality report took 8 s once;
- with everything kept the median of all callbacks was 2 ms and the 95th percentile 8 ms.
"""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, sync_playwright

from dashboard.pages.datasets.charts import CHARTS
from dashboard.services.datasets import demo
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.exploration.statistics import Filters, Statistics
from data.home import Home
from tests.browser.chromium import ARGUMENTS, find

HOME, NAME = os.environ.get("BENCH_HOME"), os.environ.get("BENCH_DATASET", "demo")
BUYERS = int(os.environ.get("BENCH_BUYERS", "100000"))
VISITS = 20
VIEWS = ("", "/products", "/users", "/quality", "/preparation")


def main() -> None:
    """Print how long each chart, each page and each callback takes."""
    with contextlib.ExitStack() as stack:
        folder = HOME or stack.enter_context(tempfile.TemporaryDirectory())
        home = Home(Path(folder))
        if not HOME:
            demo.make(home, BUYERS)
        dataset = Store(home).open(NAME)
        print(f"{dataset.name}: {dataset.manifest.summary['events']:,} events")
        _charts(dataset)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        stack.callback(browser.close)
        shutil.rmtree(home.cache, ignore_errors=True)
        address = stack.enter_context(_served(home))
        asked = _pages(browser, address, dataset)
        _callbacks(address, asked)


def _charts(dataset: Dataset) -> None:
    """Ask for every chart alone, each time with an empty cache."""
    cases = _cases(dataset)
    print("\nmilliseconds of a chart alone, nothing kept")
    print(f"{'':14}" + "".join(f"{name:>12}" for name in cases))
    for name, chart in CHARTS.items():
        taken = []
        for filters in cases.values():
            with tempfile.TemporaryDirectory() as cache:
                began = time.perf_counter()
                chart.draw(Statistics(dataset, Path(cache)), filters, None)
                taken.append(1000 * (time.perf_counter() - began))
        print(f"{name:14}" + "".join(f"{one:>12,.0f}" for one in taken))


def _cases(dataset: Dataset) -> dict[str, Filters]:
    """Return filters of each kind that let through a good part of a log."""
    with tempfile.TemporaryDirectory() as cache:
        found = Statistics(dataset, Path(cache))
        categories = found.categories(Filters())["category"].dropna()
        brands = found.brands(Filters())["brand"].dropna()
    first = datetime.fromisoformat(dataset.manifest.summary["first_event"]).date()
    return {
        "no filter": Filters(),
        "ten days": Filters(first=first, last=first + timedelta(days=9)),
        "a type": Filters(types=dataset.types[:1]),
        "a category": Filters(categories=tuple(categories[:1])),
        "a brand": Filters(brands=tuple(brands[:1])),
        "a price": Filters(price_low=100.0, price_high=500.0),
    }


@contextlib.contextmanager
def _served(home: Home) -> Iterator[str]:
    """Run the web server as people do and give its address."""
    command = (sys.executable, "-m", "dashboard", "serve", "--port", "0", "--no-worker")
    with subprocess.Popen(
        [*command, "--home", str(home.path)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        try:
            yield next(one for one in server.stdout.readline().split() if one.startswith("http"))
        finally:
            server.terminate()


def _pages(browser: Browser, address: str, dataset: Dataset) -> list[Request]:
    """Open every page, first with an empty cache, and return what each asked the server."""
    print("\nseconds in a browser         heading   all there   slowest answer")
    asked: list[Request] = []
    first = browser.new_page()  # loads what every page needs once
    first.goto(f"{address}/data")
    _settle(first)
    first.close()
    for words in ("nothing kept", "kept"):
        for view in VIEWS:
            page = browser.new_page()
            requests: list[Request] = []
            page.on("requestfinished", lambda one, kept=requests: kept.append(one))
            began = time.perf_counter()
            page.goto(f"{address}/data/{dataset.name}{view}")
            page.wait_for_selector("#main h1")
            heading = time.perf_counter() - began
            _settle(page)
            settled = time.perf_counter() - began
            callbacks = [one for one in requests if "_dash-update-component" in one.url]
            slowest = max(one.timing["responseEnd"] for one in callbacks) / 1000
            row = f"{view or '/':13}{words:>14}"
            print(f"{row}{heading:>9.2f}{settled:>12.2f}{slowest:>15.2f}")
            if words == "kept":
                asked += callbacks
            page.close()
    return asked


def _settle(page: Page) -> None:
    """Wait until everything that a page shows is there."""
    page.wait_for_function(
        "() => !document.querySelector('.is-waiting, .skeleton, .ag-loading, ._dash-loading')",
        timeout=300_000,
    )
    page.wait_for_load_state("networkidle")


def _callbacks(address: str, asked: list[Request]) -> None:
    """Ask again what the pages asked, one after another, with everything kept."""
    taken: dict[str, list[float]] = {}
    for _visit in range(VISITS):
        for one in asked:
            data = one.post_data_buffer
            request = urllib.request.Request(
                one.url, data, {"Content-Type": "application/json", "Origin": address}
            )
            began = time.perf_counter()
            with urllib.request.urlopen(request) as answer:
                answer.read()
            elapsed = 1000 * (time.perf_counter() - began)
            taken.setdefault(_output(one), []).append(elapsed)
    every = sorted(one for times in taken.values() for one in times)
    print(f"\nmilliseconds of {len(taken)} callbacks with everything kept, asked {VISITS} times")
    print(f"median {statistics.median(every):.0f}, 95 % {every[int(0.95 * len(every))]:.0f}")
    slowest = sorted(taken, key=lambda name: -statistics.median(taken[name]))[:8]
    for name in slowest:
        times = sorted(taken[name])
        print(f"{times[len(times) // 2]:>8.0f}{times[int(0.95 * len(times))]:>8.0f}  {name}")


def _output(request: Request) -> str:
    return str((request.post_data_json or {}).get("output", ""))[:70]


if __name__ == "__main__":
    main()
