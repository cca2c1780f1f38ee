"""Small synthetic logs whose answer is known, and small configurations to learn them with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.datasets.attribute_table import AttributeTable
from data.datasets.dataset import Dataset
from data.datasets.side_tables import Attribute
from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.prepare import PreparedEvents
from model.baselines.tuning import fit
from model.blend.conditional_logit import BlendWeights
from model.config.run_config import RunConfig
from model.run_files import CONFIG
from model.run_folder import RunFolder
from model.sequences.adapted_config import adapt
from model.sequences.split_data import SplitData, split_dataset

START = pd.Timestamp("2024-01-01")
NOTHING_KNOWN = AttributeTable()


def prepared(
    histories: Sequence[Sequence[str]],
    buyers: AttributeTable = NOTHING_KNOWN,
    products: AttributeTable = NOTHING_KNOWN,
    **columns: Any,
) -> PreparedEvents:
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
    events["target"] = True
    events["session"] = events["user"] + "-" + (events["step"] // 3).astype(str)
    number = events["product"].map({p: i for i, p in enumerate(sorted(set(events["product"])))})
    events["brand"] = "brand" + (number % 4).astype(str)
    events["category"] = "group" + (number % 3).astype(str) + ".kind" + (number % 6).astype(str)
    events["price"] = 1.0 + number
    events["quantity"] = np.nan
    for name, values in columns.items():
        events[name] = values(events)
    return PreparedEvents(events.drop(columns="step"), (), buyers, products)


def buyer_table(buyers: int) -> AttributeTable:
    """Return what is known of synthetic buyers: their age, and of most their sex.

    The ages are 20, 21, … 69 in turn; of every eleventh buyer nothing but the age is known.
    """
    number = np.arange(buyers)
    sex = np.where(number % 11 == 0, None, np.where(number // 3 % 2 == 0, "F", "M"))
    attributes = (Attribute("age", "number", "Age"), Attribute("sex", "category", "Sex"))
    rows = pd.DataFrame({"age": 20.0 + number % 50, "sex": sex})
    return AttributeTable(attributes, rows.set_index(pd.Index([f"u{n:05d}" for n in number])))


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


VISIT = 4
"""Events of a visit of ``carted``."""


def carted(
    buyers: int = 150, visits: int = 6, products: int = 30, seed: int = 0
) -> tuple[list[list[str]], dict[str, Any]]:
    """Return histories in which what was put into the cart is bought at the next visit.

    A visit begins with a purchase; two views and a cart of random products follow in random order.

    Returns
    -------
    histories : list of list of str
    columns : dict
        Columns of ``prepared`` and ``imported``: type, session and target.
    """
    random = np.random.default_rng(seed)
    histories: list[list[str]] = []
    types: list[str] = []
    for _buyer in range(buyers):
        history: list[str] = []
        bought = int(random.integers(products))
        for _visit in range(visits):
            touched = random.choice(products, VISIT - 1, replace=False).tolist()
            cart = int(random.integers(VISIT - 1))
            history += [f"p{product:03d}" for product in (bought, *touched)]
            types += ["purchase", *("cart" if k == cart else "view" for k in range(VISIT - 1))]
            bought = touched[cart]
        histories.append(history)
    columns = {
        "type": lambda _events: types,
        "target": lambda events: events["type"] == "purchase",
        "session": lambda events: events["user"] + "-" + (events["step"] // VISIT).astype(str),
    }
    return histories, columns


def save_untrained(
    config: RunConfig, dataset: Dataset, folder: Path, *, nonzero: bool = False
) -> None:
    """Write a run whose network has random weights: it predicts as a trained one does.

    With ``nonzero``, weights that are 0 at first are random, too.
    """
    from model.networks.data_sizes import DataSizes
    from model.networks.network import build
    from model.serving.onnx_export import save_network
    from model.training.initial_counts import start_from_counts

    data, run = split_dataset(config, dataset), RunFolder(folder)
    config = adapt(config, data)
    network = build(config, DataSizes.of(data))
    start_from_counts(network, data.buyers, data.popularity)
    random = np.random.default_rng(3)
    for variable in network.serving.variables if nonzero else ():
        if "seed" not in variable.path and not np.asarray(variable).any():
            variable.assign(random.uniform(0.1, 0.5, variable.shape))
    run.write_json(CONFIG, config.as_dict())
    run.write_vocabulary(data.sequences)
    run.write_buyer_attributes(data.buyer_attributes)
    save_network(run, network)


def save_blend(run: RunFolder, task: SplitData, *baselines: str) -> None:
    """Store a blend of a run's network and of baselines, with equal weights."""
    from model.blend.blend import Blend
    from model.serving.onnx_model import load_recommenders

    members = [load_recommenders(run)[-1], *(fit(name, task) for name in baselines)]
    size = len(members)
    equal = BlendWeights(np.full(size, 1 / size), *np.full((2, size + 1), 0.5), 0.1)
    Blend(members, [equal], np.ones(size), task.popularity).save(run)


def imported(
    store: Store,
    histories: Sequence[Sequence[str]],
    folder: Path,
    buyers: AttributeTable = NOTHING_KNOWN,
    **columns: Any,
) -> Dataset:
    """Write synthetic events as a CSV file in the columns of the Kaggle set and import it."""
    events = prepared(histories, **columns).events
    names = {"time": "event_time", "type": "event_type", "user": "user_id", "product": "product_id"}
    others = {"category": "category_code", "session": "user_session"}
    table = events.rename(columns=names | others).drop(columns=["row", "target"])
    table["event_time"] = table["event_time"].dt.strftime("%Y-%m-%d %H:%M:%S UTC")
    file = folder / "toy.csv"
    table.to_csv(file, index=False)
    users = folder / "users.csv" if buyers else None
    if users:
        buyers.rows.to_csv(users, index_label="user_id")
    return ingest(store, ImportRequest([file], "toy", buyers=users))
