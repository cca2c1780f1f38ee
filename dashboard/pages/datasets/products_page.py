"""The products of a dataset with their attributes, number of purchases, buyers and dates."""

import dash
from dash import html

from dashboard import components as kit
from dashboard.context import current_home
from dashboard.pages.datasets import table_page
from dashboard.pages.datasets.head import head
from dashboard.services.datasets import library
from data.datasets.titles import product_titles
from data.exploration.statistics import Statistics
from data.i18n import _

dash.register_page(
    __name__,
    path_template="/data/<dataset>/products",
    order=1,  # matched before /data/<dataset>
    title=lambda dataset="", **_parts: f"{_('Products')} · {dataset} · Vitrina",
)


def layout(dataset: str = "", **parameters: str) -> html.Div:
    """Return the page."""
    source = library.open_dataset(current_home(), dataset)
    described = [
        kit.Column("category", _("Category"), least=160),
        kit.Column("brand", _("Brand"), least=128),
        kit.Column("price", _("Last price"), "money"),
    ]
    columns = [
        kit.Column("product", _("Product"), "id"),
        *([kit.Column("title", _("Title"), least=184)] if product_titles(source) else []),
        *(column for column in described if table_page.has(source, column.key)),
        kit.Column("purchases", _("Purchases"), "number"),
        kit.Column("buyers", _("Buyers"), "number", least=112),
        kit.Column("first_sale", _("First sale"), width=table_page.WIDTH),
        kit.Column("last_sale", _("Last sale"), width=table_page.WIDTH),
        *table_page.attribute_columns(source.product_attributes),
    ]
    table = table_page.layout("products", dataset, columns, _("Products"), parameters)
    return html.Div([*head(source, "products"), table])


table_page.register("products", Statistics.products)
