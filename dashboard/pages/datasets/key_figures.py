"""The key figures of a dataset."""

from dash import html

from dashboard import components as kit
from dashboard import formats
from data.datasets.dataset import Dataset
from data.i18n import _


def dataset_key_figures(dataset: Dataset) -> html.Dl:
    """Return the key figures of a dataset."""
    summary = dataset.manifest.summary
    events, purchases, buyers = (summary[key] for key in ("events", "purchases", "buyers"))
    return kit.key_figures(
        kit.key_figure(
            _("Purchases"),
            formats.number(purchases),
            comparison=_("{share} of {events} events").format(
                share=formats.percent(purchases / events if events else None),
                events=formats.number(events),
            ),
        ),
        kit.key_figure(
            _("Buyers"),
            formats.number(buyers),
            comparison=_("of {users} people; {mean} purchases each").format(
                users=formats.number(summary["users"]),
                mean=formats.number(purchases / buyers if buyers else None, 2),
            ),
        ),
        kit.key_figure(
            _("Products bought"),
            formats.number(summary["products_sold"]),
            comparison=_("of {products} in the log").format(
                products=formats.number(summary["products"])
            ),
        ),
        kit.key_figure(
            _("Bought again"),
            formats.percent(summary["repeat_share"]),
            comparison=_("{share} of next purchases repeat the last one").format(
                share=formats.percent(summary["consecutive_repeat_share"])
            ),
            explanation=_(
                "Share of purchases of a product that the same buyer had bought before. Such "
                "purchases are predicted by a repeat baseline: compare every model with it."
            ),
            place="data-pages#charts",
        ),
        kit.key_figure(
            _("Rejected rows"),
            formats.number(summary["rows_rejected"]),
            comparison=_("of {rows} read; {share} of purchases have no category").format(
                rows=formats.number(summary["rows_read"]),
                share=formats.percent(summary["purchases_missing_category_share"]),
            ),
        ),
    )
