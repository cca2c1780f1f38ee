"""Small synthetic logs whose answer is known, and small configurations to learn them with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.store import Dataset, Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.prepare import Prepared
from model.config.run_config import RunConfig

START = pd.Timestamp("2024-01-01")


def prepared(histories: Sequence[Sequence[str]], **columns: Any) -> Prepared:
    """Return synthetic purchases, one history a buyer; brand and category follow the product."""
    rows = [
        {"user": f"u{user:05d}", "product": product, "step": step}
        for user, products in enumerate(histories)
        for step, product in enumerate(products)
    ]
    events = pd.DataFrame(rows)
    events["row"] = np.arange(len(events))
    events["time"] = START + pd.to_timedelta(events["step"] * 3600 + events["row"], unit="s")
    events["type"] = "purchase"
    events["session"] = events["user"] + "-" + (events["step"] // 3).astype(str)
    number = events["product"].map({p: i for i, p in enumerate(sorted(set(events["product"])))})
    events["brand"] = "brand" + (number % 4).astype(str)
    events["category"] = "group" + (number % 3).astype(str) + ".kind" + (number % 6).astype(str)
    events["price"] = 1.0 + number
    for name, values in columns.items():
        events[name] = values(events)
    return Prepared(events.drop(columns="step"), ())


def random_histories(buyers: int, products: int, seed: int = 0, longest: int = 12) -> list[Any]:
    """Return random histories of 2 or more purchases."""
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, products + 1)
    weights /= weights.sum()
    return [
        [f"p{one:03d}" for one in random.choice(products, random.integers(2, longest), p=weights)]
        for _buyer in range(buyers)
    ]


def small(**changes: Any) -> RunConfig:
    """Return a configuration that trains in a moment."""
    tiny = {"protocol": "leave-one-out", "layers": 1, "width": 16, "embedding_width": 8}
    quick = {"epochs": 1, "batch_size": 256, "sequence_length": 20, "negatives": 64}
    return RunConfig().override(tiny | quick | changes)


def imported(store: Store, histories: Sequence[Sequence[str]], folder: Path) -> Dataset:
    """Write synthetic purchases as a CSV file in the columns of the Kaggle set and import it."""
    events = prepared(histories).events
    names = {"time": "event_time", "type": "event_type", "user": "user_id", "product": "product_id"}
    others = {"category": "category_code", "session": "user_session"}
    table = events.rename(columns=names | others).drop(columns="row")
    table["event_time"] = table["event_time"].dt.strftime("%Y-%m-%d %H:%M:%S UTC")
    file = folder / "toy.csv"
    table.to_csv(file, index=False)
    return ingest(store, ImportRequest([file], "toy"))
