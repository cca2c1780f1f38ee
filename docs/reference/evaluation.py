"""The page of protocols, asking moments and figures."""

from data.i18n import _
from data.preparation.splits import PROTOCOLS as PROTOCOL_NAMES
from docs.notes import Note
from docs.notes.evaluation import METRICS, MOMENTS, PROTOCOLS
from docs.reference import docstrings
from docs.reference.markdown import anchor, heading
from docs.reference.markdown import page as whole_page
from docs.reference.models import note


def page() -> str:
    """Return the page."""
    return whole_page(
        "Protocols and figures",
        "A protocol says which purchases a model is tested on. A figure says how well it did. The"
        " whole catalogue is ranked; a product that ties with the target counts as before it; a"
        " product that training never saw counts as a miss. Intervals are 95 % bootstrap intervals"
        " over buyers.",
        heading("Protocols", "protocols"),
        *(
            f"{heading(f'`{name}`', anchor(name), 3)}\n\n{_(label)}."
            f"\n\n{note(PROTOCOLS.get(name, Note(use='')))}"
            for name, label in PROTOCOL_NAMES.items()
        ),
        heading("The asking moment", "moments"),
        docstrings.of_module("data.preparation.moments"),
        *(f"`{name}`: {text.use}" for name, text in MOMENTS.items()),
        heading("Figures", "figures"),
        *(
            f"{heading(f'`{name}`', anchor(name), 3)}\n\n{note(text)}"
            for name, text in METRICS.items()
        ),
    )
