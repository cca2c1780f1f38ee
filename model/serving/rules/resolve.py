"""The rules of a placement on the catalogue of a model, as the tables that apply them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.database import quote
from data.datasets.dataset import Dataset
from data.datasets.side_tables import Attribute
from data.errors import BadInput
from data.file_cache import FileCache
from data.i18n import _
from data.preparation.preparation import Preparation
from data.preparation.sequences import Bools, Longs, microseconds, to_microseconds
from data.preparation.steps import is_target
from data.preparation.user_history import last_time, select_events
from model.serving.rules.rules_numpy import NO_TIME, REMOVALS, RuleTables
from model.serving.rules.settings import Rules

LARGEST_STOCK_FILE = 1 << 28
"""Bytes."""


@dataclass(frozen=True)
class ResolvedRules:
    """Rules on the catalogue of a model.

    Attributes
    ----------
    tables : RuleTables
    unknown : dict of str to int
        How many products each setting names that the model does not know.
    """

    tables: RuleTables
    unknown: dict[str, int] = field(default_factory=dict)


def resolve(
    rules: Rules,
    dataset: Dataset,
    catalogue: pd.DataFrame,
    preparation: Preparation,
    before: datetime | None = None,
) -> ResolvedRules:
    """Return rules on the catalogue of a model.

    Parameters
    ----------
    rules : Rules
    dataset : Dataset
        The dataset that the model was trained on.
    catalogue : pandas.DataFrame
        ``vocabulary.parquet`` of the run: product, brand, category, price, in the order of scores.
    preparation : Preparation
        That of the run; says which events are targets.
    before : datetime, optional
        Whether a category is bought again and again is counted on the events before this time.

    Raises
    ------
    BadInput
        Where the file of products in stock cannot be read, or the dataset has no such column.
    """
    index = pd.Index(catalogue["product"], dtype=object)
    unknown: dict[str, int] = {}

    def listed(setting: str, products: Collection[str]) -> Bools:
        unknown[setting] = len(products) - int(pd.Index(list(products)).isin(index).sum())
        return np.asarray(index.isin(list(products)), dtype=bool)

    in_stock = np.ones(len(index), dtype=bool)
    if rules.stock_list:
        in_stock &= listed("stock_list", rules.stock_list)
    if rules.stock_file:
        in_stock &= listed("stock_file", stock_ids(Path(rules.stock_file)))
    if rules.stock_column:
        in_stock &= index.isin(_products_with(dataset, rules.stock_column, rules.stock_values))
    pins = rules.pins
    places = index.get_indexer(pd.Index(list(pins.values()), dtype=object))
    pinned = places >= 0
    unknown["pinned"] = int((~pinned).sum())
    end = last_time(dataset)
    tables = RuleTables(
        barred=_barred(rules, catalogue, in_stock),
        brand=_codes(catalogue["brand"]),
        category=_codes(catalogue["category"]),
        price=catalogue["price"].to_numpy(dtype=np.float32),
        again=_bought_again(rules, dataset, catalogue, preparation, before),
        first=_first_events(dataset, index) if rules.new_days else np.full(len(index), NO_TIME),
        listed=listed("boost_list", rules.boost_list),
        pin_position=np.array(list(pins), dtype=np.int64)[pinned],
        pin_product=places[pinned].astype(np.int64),
        end=NO_TIME if end is None else to_microseconds(end),
        recent_days=rules.recent_days,
        new_days=rules.new_days,
        max_per_brand=rules.max_per_brand,
        max_per_category=rules.max_per_category,
        price_low=rules.price_low,
        price_high=rules.price_high,
        new_factor=rules.new_factor,
        boost_factor=rules.boost_factor,
    )
    return ResolvedRules(tables, {setting: count for setting, count in unknown.items() if count})


def stock_ids(file: Path) -> frozenset[str]:
    """Return the product ids of a file, one a line; it is read again where it has changed.

    Raises
    ------
    BadInput
        Where there is no such file, it is no text in UTF-8, or it is larger than 256 MB.
    """
    try:
        return _STOCK.get(file)
    except (OSError, UnicodeError, ValueError) as error:
        raise BadInput(
            _(
                "The file of products in stock, {file}, cannot be read; it has to be a text file in"
                " UTF-8 of at most 256 MB with one product id a line."
            ).format(file=file),
            "stock_file",
        ) from error


def product_attribute(dataset: Dataset, name: str) -> Attribute:
    """Return a column of the table of products of a dataset.

    Raises
    ------
    BadInput
        Where it has no such column.
    """
    attributes = {attribute.name: attribute for attribute in dataset.product_attributes}
    if name not in attributes:
        raise BadInput(
            _("The table of products of {dataset} has no column “{name}”; it has: {known}.").format(
                dataset=dataset.name, name=name, known=", ".join(attributes) or _("none")
            ),
            "stock_column",
        )
    return attributes[name]


def _read_ids(file: Path) -> frozenset[str]:
    if not file.is_file() or file.stat().st_size > LARGEST_STOCK_FILE:  # a pipe would never end
        raise ValueError(file.name)
    lines = file.read_text("utf-8-sig").splitlines()
    return frozenset(filter(None, (line.strip() for line in lines)))


_STOCK = FileCache(_read_ids, size=8)


def _products_with(dataset: Dataset, name: str, values: Collection[str]) -> list[str]:
    """Return the products whose attribute is one of some values; numbers are compared as such."""
    attribute = product_attribute(dataset, name)
    texts = ", ".join(map(quote, values))
    is_allowed = f"{attribute.column}::VARCHAR IN ({texts})"
    if attribute.kind == "number":
        numbers = ", ".join(f"try_cast({quote(value)} AS DOUBLE)" for value in values)
        is_allowed = f"coalesce({attribute.column} IN ({numbers}), false)"
    with dataset.connect() as connection:
        rows = connection.execute(f"SELECT product FROM product_attributes WHERE {is_allowed}")
        return [product for (product,) in rows.fetchall()]


def is_below(category: object, roots: Collection[str]) -> bool:
    """Return whether a category is one of some others, or below one.

    Examples
    --------
    >>> is_below("electronics.audio", ["electronics"]), is_below("electro", ["electronics"])
    (True, False)
    """
    path = f"{category}." if isinstance(category, str) else ""
    return any(path.startswith(f"{root}.") for root in roots)


def _barred(rules: Rules, catalogue: pd.DataFrame, in_stock: Bools) -> Any:
    """Return the index in ``REMOVALS`` of the rule that removes a product for every buyer."""
    barred = np.full(len(catalogue), -1, dtype=np.int8)
    categories = {name for name in catalogue["category"].unique() if isinstance(name, str)}
    below = [name for name in categories if is_below(name, rules.never_categories)]
    masks = {
        "stock": ~in_stock,
        "never_categories": catalogue["category"].isin(below).to_numpy(),
        "never_brands": catalogue["brand"].isin(list(rules.never_brands)).to_numpy(),
    }
    for rule, mask in masks.items():
        barred[mask & (barred < 0)] = REMOVALS.index(rule)
    return barred


def _codes(names: "pd.Series[Any]") -> Any:
    """Return a code for each name; -1 where there is none."""
    return pd.factorize(names.where(names.notna()))[0].astype(np.int32)


def _first_events(dataset: Dataset, index: "pd.Index[str]") -> Longs:
    """Return the time of the first event of each product in microseconds, ``NO_TIME`` without."""
    with dataset.connect() as connection:
        first = connection.execute("SELECT product, first FROM products").df()
    times = pd.Series(microseconds(first["first"]), index=first["product"])
    result: Longs = times.reindex(index, fill_value=NO_TIME).to_numpy(dtype=np.int64)
    return result


def _bought_again(
    rules: Rules,
    dataset: Dataset,
    catalogue: pd.DataFrame,
    preparation: Preparation,
    before: datetime | None,
) -> Bools:
    """Return whether the category of each product is bought again and again, bool [products]."""
    if not rules.recent_days or not rules.again_share:
        return np.zeros(len(catalogue), dtype=bool)
    conditions = [is_target(preparation)]
    if before is not None:
        conditions.append(f"time < '{before:%Y-%m-%d %H:%M:%S.%f}'::TIMESTAMP")
    bought = select_events("user, product, time", preparation, *conditions)
    with dataset.connect() as connection:
        connection.register("catalogue", catalogue[["product", "category"]])
        rows = connection.execute(
            f"""WITH bought AS ({bought}), days AS (
                SELECT user, category, count(DISTINCT time::DATE) AS days
                FROM bought JOIN catalogue USING (product)
                WHERE category IS NOT NULL GROUP BY user, category)
            SELECT category FROM days GROUP BY category HAVING avg((days > 1)::INTEGER) >= ?""",
            [rules.again_share],
        ).fetchall()
    again: Bools = catalogue["category"].isin([name for (name,) in rows]).to_numpy()
    return again
