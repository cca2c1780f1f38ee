"""The page of losses, schedules and precisions."""

from collections.abc import Mapping

from docs.notes import Note
from docs.notes.training import LOSSES, PRECISIONS, SCHEDULES
from docs.reference import docstrings
from docs.reference.markdown import anchor, heading
from docs.reference.markdown import page as whole_page
from docs.reference.models import note
from model.config.settings import FEATURES

SOURCES = {
    "full_softmax": "model.training.full_softmax",
    "sampled_softmax": "model.training.sampled_softmax",
}


def page() -> str:
    """Return the page."""
    return whole_page(
        "Losses and schedules",
        "A network is trained by Adam on one of these losses. z_j is the score of product j and y"
        " the product that was bought.",
        heading("Losses", "losses"),
        _parts(LOSSES, SOURCES),
        heading("Learning-rate schedules", "schedules"),
        "η is the setting [learning_rate](settings.md#learning_rate). A warm-up comes before each.",
        _parts(SCHEDULES, {}),
        heading("Precision", "precision"),
        _parts(PRECISIONS, {}),
        heading("Features of an event", "features"),
        "Each is embedded, or read as a number, and all are joined: "
        + ", ".join(f"`{name}`" for name in FEATURES)
        + ". [The setting](settings.md#features) chooses among them.",
    )


def _parts(notes: Mapping[str, Note], sources: Mapping[str, str]) -> str:
    parts = []
    for name, text in notes.items():
        parts.append(heading(f"`{name}`", anchor(name), 3))
        if name in sources:
            parts.append(docstrings.of_module(sources[name]))
        parts.append(note(text))
    return "\n\n".join(parts)
