"""What the interface links to is in the guide."""

import ast
from collections.abc import Iterator

import pytest

from dashboard.components.help_text import setting_place
from dashboard.web.page_help import PAGES
from docs.site import DOCS
from model.config.run_config import setting_specs
from tests.conftest import ROOT
from tests.docs.guide import anchors


def places() -> Iterator[str]:
    """Yield every place of the guide that the interface names."""
    yield from (page.place for page in PAGES.values())
    yield from (setting_place(key) for key in setting_specs())
    for file in (ROOT / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for keyword in node.keywords if isinstance(node, ast.Call) else []:
                if keyword.arg == "place" and isinstance(keyword.value, ast.Constant):
                    yield keyword.value.value


@pytest.mark.parametrize("place", sorted(set(places())))
def test_a_place_that_the_interface_links_to_exists(place: str) -> None:
    page, _hash, anchor = place.partition("#")
    file = DOCS / "en" / f"{page or 'index'}.md"
    assert file.is_file()
    assert not anchor or anchor in anchors(file)


def test_every_help_mark_leads_into_the_guide() -> None:
    for file in (ROOT / "dashboard").rglob("*_page.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                names = {keyword.arg for keyword in node.keywords}
                assert "explanation" not in names or "place" in names, (file.name, node.lineno)
