"""The page of pages."""

from dashboard.web.page_help import PAGES
from data.i18n import _
from docs.reference.markdown import literal, table
from docs.reference.markdown import page as whole_page

PURPOSE = (
    "Every view has an address of its own, with its filters and choices in it: send it to a"
    " colleague and both see the same. What stands between < and > is the name of a dataset or of"
    " a run."
)


def page() -> str:
    """Return every page of the interface with what is on it."""
    rows = [
        [literal(path), f"{_(about.what)} {_more(about.place)}"] for path, about in PAGES.items()
    ]
    return whole_page("Pages", PURPOSE, table(["address", "what is on it"], rows))


def _more(place: str) -> str:
    file, _hash, anchor = place.partition("#")
    target = f"../{file or 'index'}.md" + (f"#{anchor}" if anchor else "")
    return f"[More]({target})"
