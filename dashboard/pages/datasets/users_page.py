"""The users of a dataset with their number of events and purchases, spending and dates."""

import dash
from dash import html

from dashboard import components as kit
from dashboard.context import current_home
from dashboard.pages.datasets import table_page
from dashboard.pages.datasets.head import head
from dashboard.services.datasets import library
from data.exploration.statistics import Statistics
from data.i18n import _

dash.register_page(
    __name__,
    path_template="/data/<dataset>/users",
    order=1,  # matched before /data/<dataset>
    title=lambda dataset="", **_parts: f"{_('Buyers')} · {dataset} · Vitrina",
)


def layout(dataset: str = "", **parameters: str) -> html.Div:
    """Return the page."""
    source = library.open_dataset(current_home(), dataset)
    columns = [
        kit.Column("user", _("Buyer"), "id", least=112),
        kit.Column("events", _("Events"), "number"),
        kit.Column("purchases", _("Purchases"), "number"),
        *([kit.Column("spent", _("Spent"), "money")] if table_page.has(source, "price") else []),
        kit.Column("first_purchase", _("First purchase"), width=table_page.WIDTH),
        kit.Column("last_purchase", _("Last purchase"), width=table_page.WIDTH),
        *table_page.attribute_columns(source.buyer_attributes),
    ]
    table = table_page.layout("users", dataset, columns, _("Buyers"), parameters)
    return html.Div([*head(source, "users"), table])


table_page.register("users", Statistics.users)
