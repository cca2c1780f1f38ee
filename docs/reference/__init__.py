"""The reference: pages that are written from the code and from ``docs.notes``."""

from collections.abc import Callable
from pathlib import Path

from data.i18n import DEFAULT_LANGUAGE, use_language
from docs.reference import (
    charts,
    commands,
    contributing,
    evaluation,
    http,
    models,
    pages,
    rules,
    settings,
    training,
)

PAGES: dict[str, Callable[[], str]] = {
    "reference/settings": settings.page,
    "reference/networks": models.networks,
    "reference/baselines": models.baselines,
    "reference/rules": rules.page,
    "reference/training": training.page,
    "reference/evaluation": evaluation.page,
    "reference/charts": charts.page,
    "reference/commands": commands.page,
    "reference/http": http.page,
    "reference/pages": pages.page,
    "reference/glossary": contributing.glossary,
    "architecture": contributing.architecture,
}
"""The written pages of ``docs/en``, by their place."""


def write(folder: Path) -> list[Path]:
    """Write every page into a folder and return their files."""
    use_language(DEFAULT_LANGUAGE)
    written = []
    for place, text in PAGES.items():
        file = folder / f"{place}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(), "utf-8")
        written.append(file)
    return written
