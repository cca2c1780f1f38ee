"""Every product of a dataset: what it is, how often it was bought, by whom and when."""

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
    path_template="/data/<dataset>/products",
    order=1,  # before the template that takes in this one
    title=lambda dataset="", **_parts: f"{_('Products')} · {dataset} · Vitrina",
)


def layout(dataset: str = "", **given: str) -> html.Div:
    """Show the table."""
    opened = library.open_dataset(current_home(), dataset)
    columns = [
        kit.Column("product", _("Product"), "id"),
        *([kit.Column("title", _("Title"))] if "title" in opened.manifest.mapping else []),
        kit.Column("category", _("Category")),
        kit.Column("brand", _("Brand")),
        kit.Column("price", _("Last price"), "money"),
        kit.Column("purchases", _("Purchases"), "number"),
        kit.Column("buyers", _("Buyers"), "number"),
        kit.Column("first_sale", _("First sale")),
        kit.Column("last_sale", _("Last sale")),
    ]
    table = table_page.layout("products", dataset, columns, _("Products"), given)
    return html.Div([*head(opened, "products"), table])


table_page.register("products", Statistics.products)
