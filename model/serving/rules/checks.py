"""Check the names in the rules of a placement against a dataset."""

from collections.abc import Sequence
from pathlib import Path

from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.i18n import _
from model.serving.rules.resolve import is_below, product_attribute, stock_ids
from model.serving.rules.settings import Rules

_MOST_NAMES, _LONGEST_NAME = 5, 100  # of names in a sentence


def check_rules(rules: Rules, dataset: Dataset) -> None:
    """Raise BadInput where rules name what a dataset does not have.

    Every category, brand and pinned product has to exist: a misspelt one would do nothing without
    a word. Of the lists of products one is enough, as they may name products of other shops or
    days; how many the model does not know is counted where it ranks.
    """
    with dataset.connect() as connection:

        def column(name: str) -> set[str]:
            rows = connection.execute(f"SELECT DISTINCT {name} FROM products WHERE {name} <> ''")
            return {value for (value,) in rows.fetchall()}

        products, brands, categories = column("product"), column("brand"), column("category")
    unknown = {
        "never_categories": [
            root
            for root in rules.never_categories
            if not any(is_below(category, [root]) for category in categories)
        ],
        "never_brands": [brand for brand in rules.never_brands if brand not in brands],
        "pinned": [product for product in rules.pins.values() if product not in products],
    }
    for setting, names in unknown.items():
        if names:
            raise _unknown(setting, names, dataset)
    for setting, listed in (("stock_list", rules.stock_list), ("boost_list", rules.boost_list)):
        if listed and products.isdisjoint(listed):
            raise _unknown(setting, listed, dataset)
    if rules.stock_file and products.isdisjoint(ids := stock_ids(Path(rules.stock_file))):
        raise _unknown("stock_file", sorted(ids), dataset)
    if rules.stock_column:
        product_attribute(dataset, rules.stock_column)


def _unknown(setting: str, names: Sequence[str], dataset: Dataset) -> BadInput:
    quoted = [f"“{name[:_LONGEST_NAME]}”" for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        quoted.append("…")
    return BadInput(
        _("{setting} cannot name {names}: dataset {dataset} has none of that name.").format(
            setting=setting, names=", ".join(quoted) or _("no products"), dataset=dataset.name
        ),
        setting,
    )
