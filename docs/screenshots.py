"""``python -m docs.screenshots``: every screenshot of the documentation, light and dark.

They show real pages of a home: the one that ``--home`` names, or a new one with the whole of The
Complete Journey and a run on its last month, which takes minutes.
"""

import argparse
import base64
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import waitress
from playwright.sync_api import Browser, Page, sync_playwright

import vitrina
from dashboard.app import create_app
from dashboard.jobs.run_handle import runs_with_model
from dashboard.jobs.states import State
from data.home import Home
from docs.site import DOCS
from tests.browser.chromium import ARGUMENTS, find

IMAGES = DOCS / "shared" / "images"
THEMES = ("light", "dark")
WIDTH, HEIGHT = 1280, 800
QUALITY = 0.82
DATASET = "complete-journey"
BUYER = "2375"
PATIENCE = 120_000  # milliseconds, on a machine that does much else
QUIET = 1500  # milliseconds without a change of the page, after which it is complete
_TO_WEBP = """
async ([png, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}
"""
_STILL = """
(quiet) => new Promise((done) => {
  let timer = setTimeout(done, quiet);
  new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(done, quiet);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
})
"""


def places(run: str) -> dict[str, str]:
    """Return the address of each screenshot by its name."""
    return {
        "home": "/",
        "dataset": f"/data/{DATASET}",
        "quality": f"/data/{DATASET}/quality",
        "run": f"/runs/{run}",
        "recommend": f"/recommend?run={run}&user={BUYER}",
    }


def take(home: Home, folder: Path = IMAGES) -> list[Path]:
    """Take every screenshot of a home that has the dataset and a finished run on it."""
    run = next(
        handle.name
        for handle in runs_with_model(home)
        if handle.run.dataset == DATASET and handle.run.state == State.FINISHED
    )
    folder.mkdir(parents=True, exist_ok=True)
    with _served(home) as address, _browser() as browser:
        return [
            _take(browser, address + path, theme, folder / f"{name}-{theme}.webp")
            for name, path in places(run).items()
            for theme in THEMES
        ]


def prepare(home: Home) -> None:
    """Import the log and train a run on its last month."""
    for arguments in (
        ["sample", DATASET],
        ["train", DATASET, "--preset", "fast", "--set", "preparation.first=2017-12-01"],
    ):
        command = vitrina.command("dashboard", "--home", str(home.path), *arguments)
        subprocess.run(command, check=True)


def _take(browser: Browser, address: str, theme: str, file: Path) -> Path:
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en",
    )
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector("#main h1")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true], .skeleton')")
    page.evaluate(_STILL, QUIET)
    file.write_bytes(_webp(page, page.screenshot()))
    page.close()
    return file


def _webp(page: Page, png: bytes) -> bytes:
    """Return a picture as WebP, which the browser itself encodes."""
    encoded = base64.b64encode(png).decode()
    return base64.b64decode(page.evaluate(_TO_WEBP, [encoded, QUALITY]))


@contextmanager
def _served(home: Home) -> Iterator[str]:
    server = waitress.create_server(create_app(home).server, port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    path = find()
    if path is None:
        raise SystemExit("No Chromium is installed: run make browser first.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def main() -> int:
    """Take the screenshots."""
    parser = argparse.ArgumentParser(prog="python -m docs.screenshots", description=__doc__)
    parser.add_argument("--home", type=Path, help="A home with the dataset and a run on it.")
    folder = parser.parse_args().home
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(folder or Path(temporary))
        if folder is None:
            prepare(home)
        for file in take(home):
            sys.stdout.write(f"{file.name}: {file.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
