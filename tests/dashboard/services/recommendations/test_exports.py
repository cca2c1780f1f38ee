"""Ranked lists of every buyer as a file."""

from pathlib import Path

import pandas as pd

from dashboard.services.recommendations import exports
from data.home import Home
from tests.dashboard.shop import PLATE, TITLES


def test_lists_have_the_id_and_the_title_of_each_product(
    titled_shop: tuple[Home, str], tmp_path: Path
) -> None:
    exports.score(*titled_shop, tmp_path / "lists.csv", k=20)
    lists = pd.read_csv(tmp_path / "lists.csv")
    assert lists.columns[:4].tolist() == ["user", "rank", "product", "title"]
    titles = dict(zip(lists["product"], lists["title"].fillna(""), strict=True))
    assert set(titles) > {"teapot", "cup", PLATE}
    assert titles == {product: TITLES.get(product, "").strip() for product in titles}
