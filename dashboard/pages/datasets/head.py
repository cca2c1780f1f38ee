"""The header of the pages of a dataset: breadcrumb, title and tabs."""

from dash import html
from dash.development.base_component import Component

from dashboard import components as kit
from dashboard import formats
from dashboard.context import current_home
from dashboard.pages.datasets.period import period
from dashboard.services.datasets import library
from dashboard.web.downloads import REPORTS
from data.datasets.dataset import Dataset
from data.i18n import _


def head(dataset: Dataset, view: str = "") -> list[Component]:
    """Return the header and the tabs of a dataset.

    Parameters
    ----------
    dataset : Dataset
        Dataset of the page.
    view : str
        Last part of the address: ``""``, ``"products"``, ``"users"``, ``"quality"`` or
        ``"preparation"``.
    """
    start = f"/data/{dataset.name}"
    end = f"/{view}" if view else ""
    others = tuple((name, f"/data/{name}{end}") for name in library.names(current_home()))
    train = kit.button(_("Train a network"), href=f"/train?dataset={dataset.name}", kind="primary")
    return [
        kit.page_header(
            dataset.name,
            _purpose(dataset),
            crumbs=[kit.Crumb(_("Data"), "/data"), kit.Crumb(dataset.name, None, others)],
            badge=_synthetic() if dataset.manifest.synthetic else None,
            actions=[kit.download_link(_("Report"), f"{REPORTS}dataset/{dataset.name}.html")],
            primary=train,
        ),
        kit.tabs(
            [
                (_("Overview"), start),
                (_("Products"), f"{start}/products"),
                (_("Buyers"), f"{start}/users"),
                (_("Quality"), f"{start}/quality"),
                (_("Preparation"), f"{start}/preparation"),
            ],
            start + end,
        ),
    ]


def _purpose(dataset: Dataset) -> str:
    summary, manifest = dataset.manifest.summary, dataset.manifest
    files = ", ".join(source.name for source in manifest.sources)
    if manifest.synthetic:
        files = _("Synthetic purchases of a shop that does not exist")
    return _("{files}: {number} events, {days}").format(
        files=files,
        number=formats.number(summary["events"]),
        days=period(summary["first_event"], summary["last_event"]),
    )


def _synthetic() -> html.Span:
    return html.Span(_("Synthetic"), className="badge-state is-attention")
