"""Every buyer of a dataset: how often and how much they bought, and when."""

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
    order=1,  # before the template that takes in this one
    title=lambda dataset="", **_parts: f"{_('Buyers')} · {dataset} · Vitrina",
)


def layout(dataset: str = "", **given: str) -> html.Div:
    """Show the table."""
    opened = library.open_dataset(current_home(), dataset)
    columns = [
        kit.Column("user", _("Buyer"), "id"),
        kit.Column("events", _("Events"), "number"),
        kit.Column("purchases", _("Purchases"), "number"),
        kit.Column("spent", _("Spent"), "money"),
        kit.Column("first_purchase", _("First purchase")),
        kit.Column("last_purchase", _("Last purchase")),
    ]
    table = table_page.layout("users", dataset, columns, _("Buyers"), given)
    return html.Div([*head(opened, "users"), table])


table_page.register("users", Statistics.users)
