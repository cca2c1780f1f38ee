"""Logs as the tests of imports write and read them."""

from pathlib import Path

import pandas as pd

from data.datasets.dataset import Dataset
from data.datasets.store import Store

HEAD = "event_time,event_type,product_id,category_code,brand,price,user_id\n"


ROW = "2019-11-01 00:00:01 UTC,purchase,{product},toys.car,acme,9.90,{user}\n"


def rows(count: int) -> str:
    return "".join(ROW.format(product=k % 7, user=k % 5) for k in range(count))


def rejects(dataset: Dataset) -> pd.DataFrame:
    return pd.read_parquet(dataset.rejects)


def events(dataset: Dataset) -> pd.DataFrame:
    with dataset.connect() as connection:
        return connection.execute("FROM events ORDER BY row").df()


def left_behind(store: Store) -> list[Path]:
    return list(store.home.datasets.rglob("*"))
