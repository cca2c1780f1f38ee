"""The built site: links and anchors are alive, and nothing is asked of another host."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from docs import site
from tests.conftest import Setup

ADDRESS = "/help/"
ELSEWHERE = re.compile(r"^(https?:)?//")


class Page(HTMLParser):
    """What a page links to, what it loads, and the ids that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.add(values.get("id", ""))
        if tag == "a" and "href" in values:
            self.links.add(values["href"])
        elif tag == "link" and values.get("rel") not in {"canonical", "alternate", "next", "prev"}:
            self.loads.add(values.get("href", ""))
        elif "src" in values:
            self.loads.add(values["src"])


@pytest.fixture(scope="module")
def built(set_up_once: Setup) -> Path:
    """The folder of the built site."""
    return set_up_once("help-pages", lambda folder: site.build(folder / "site")) / "site"


@cache
def parsed(file: Path) -> Page:
    return Page(file.read_text("utf-8"))


def html_files(folder: Path) -> Iterator[Path]:
    return folder.rglob("*.html")


def target(folder: Path, file: Path, link: str) -> tuple[Path, str] | None:
    """Return file and anchor of a link within the site; None for a page of the workbench."""
    parts = urlsplit(link)
    if parts.path.startswith("/"):
        if not parts.path.startswith(ADDRESS):
            return None
        path = folder / parts.path.removeprefix(ADDRESS)
    else:
        path = file.parent / parts.path if parts.path else file
    return (path / "index.html" if path.is_dir() else path), parts.fragment


def test_every_page_of_both_languages_is_built(built: Path) -> None:
    for language, place in site.PLACES.items():
        for page in (site.DOCS / language).rglob("*.md"):
            name = page.relative_to(site.DOCS / language).with_suffix("")
            folder = built / place / (name.parent if name.name == "index" else name)
            assert (folder / "index.html").is_file(), name


def test_every_link_and_anchor_is_alive(built: Path) -> None:
    dead = []
    for file in html_files(built):
        for link in parsed(file).links:
            if ELSEWHERE.match(link) or link.startswith("mailto:"):
                continue
            place = target(built, file, link)
            if place is None:
                continue
            page, anchor = place
            if not page.exists() or (anchor and anchor not in parsed(page).ids):
                dead.append(f"{file.relative_to(built)}: {link}")
    assert not dead


def test_nothing_is_loaded_from_another_host(built: Path) -> None:
    foreign = {
        f"{file.relative_to(built)}: {place}"
        for file in html_files(built)
        for place in parsed(file).loads
        if ELSEWHERE.match(place)
    }
    assert not foreign
    styles = "".join(file.read_text("utf-8") for file in built.rglob("*.css"))
    assert not re.findall(r"(?:@import\s+|url\()[\"']?(?:https?:)?//", styles)


def test_no_page_links_to_a_site_beside_it(built: Path) -> None:
    """A reader without a network finds no link that leads nowhere."""
    elsewhere = {
        link for file in html_files(built) for link in parsed(file).links if ELSEWHERE.match(link)
    }
    assert not elsewhere
