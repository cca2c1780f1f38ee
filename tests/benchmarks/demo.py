"""The demo shop beside the published figures, and what simple rules reach of its optimum."""

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from data.demo import generator
from data.demo.generator import Truth

BUYERS, SEED = 10_000, 0


def main(buyers: int = BUYERS, seed: int = SEED) -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "demo.csv"
        begin = time.perf_counter()
        generator.write(out, buyers=buyers, seed=seed)
        written = time.perf_counter() - begin
        log = pd.read_csv(out, parse_dates=["event_time"])
    begin = time.perf_counter()
    known = generator.truth(buyers, seed)
    print(f"{buyers:,} buyers, {len(log):,} rows: written in {written:.1f} s,", end=" ")
    print(f"truth in {time.perf_counter() - begin:.1f} s")
    print(pd.DataFrame(figures(log), columns=["", "reached", "published"]).to_string(index=False))
    print(f"\n{'':12}   targets popularity repeat-last  Markov-1  optimum  lowest loss")
    for name, required in (("purchases", []), ("paper", ["brand", "category_code"])):
        targets, reached = ladder(log, known, required, seed)
        print(f"{name:12} {targets:9,}" + "".join(f"{figure:11.3f}" for figure in reached))


def figures(log: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Return name, reached and published figure of what the shop is calibrated on."""
    bought = log[log["event_type"] == "purchase"]
    share = bought["product_id"].value_counts(normalize=True)
    quartiles = bought["price"].quantile([0.25, 0.5, 0.75])
    last = bought.groupby("user_id")[["product_id", "user_session"]].shift()
    follows = last["product_id"].notna()
    repeats = follows & (last["product_id"] == bought["product_id"])
    one_visit = last["user_session"] == bought["user_session"]
    sizes = bought["user_id"].value_counts()
    brands = 100 * bought["brand"].value_counts() / len(bought)
    categories = 100 * bought["category_code"].value_counts() / len(bought)
    days = 100 * bought["event_time"].dt.day.value_counts() / len(bought)
    published = {
        "samsung": 21.8, "apple": 18.1, "xiaomi": 7.4, "huawei": 2.6, "cordiant": 1.9,
        "oppo": 1.6, "lucente": 1.6, "lg": 1.4, "sony": 1.1, "artel": 1.0,
    }  # fmt: skip
    codes = {
        "electronics.smartphone": 43.4, "electronics.audio.headphone": 4.3,
        "electronics.video.tv": 3.1, "electronics.clocks": 2.5,
        "appliances.kitchen.washer": 2.2, "computers.notebook": 2.0,
        "appliances.environment.vacuum": 1.8, "appliances.kitchen.refrigerators": 1.5,
        "apparel.shoes": 0.9,
    }  # fmt: skip
    best = (3.5, 2.5, 2.4, 1.9, 1.5, 1.3, 1.2, 1.1, 1.0, 0.9)
    return [
        ("purchases a buyer", len(bought) / len(sizes), 2.08),
        ("most by one buyer", sizes.max(), np.nan),
        ("price, first quartile", quartiles[0.25], 82.63),
        ("price, median", quartiles[0.5], 169.96),
        ("price, third quartile", quartiles[0.75], 364.75),
        ("price, mean", bought["price"].mean(), 300.12),
        ("price, sd", bought["price"].std(), 341.38),
        ("no category, %", 100 * bought["category_code"].isna().mean(), 25.54),
        ("no brand, %", 100 * bought["brand"].isna().mean(), 8.00),
        *((f"{name}, %", brands[name], value) for name, value in published.items()),
        *((f"{name}, %", categories[name], value) for name, value in codes.items()),
        *((f"best seller {k + 1}, %", 100 * share.iloc[k], best[k]) for k in range(10)),
        ("products sold", len(share), np.nan),
        ("views a purchase", (log["event_type"] == "view").sum() / len(bought), 69.3),
        ("carts a purchase", (log["event_type"] == "cart").sum() / len(bought), 3.3),
        ("duplicate rows, %", 100 * log.duplicated().mean(), 0.38),
        ("16 November, %", days[16], 7.44),
        ("17 November, %", days[17], 20.2),
        ("repeats, % of pairs", 100 * repeats.sum() / follows.sum(), 25),
        ("of them in one visit, %", 100 * one_visit[repeats].mean(), 70),
    ]  # fmt: skip


def ladder(
    log: pd.DataFrame, known: Truth, required: list[str], seed: int
) -> tuple[int, tuple[float, ...]]:
    """Return the number of targets, and the accuracy of each rule on buyers it has not seen."""
    bought = log[log["event_type"] == "purchase"].assign(rank=known.rank, chance=known.probability)
    bought = bought.dropna(subset=required)
    bought["last"] = bought.groupby("user_id")["product_id"].shift()
    seen = bought["user_id"].isin(
        np.random.default_rng(seed).permutation(bought["user_id"].unique())[
            : round(0.6 * bought["user_id"].nunique())
        ]
    )
    pairs = bought[seen].dropna(subset="last")
    popular = bought.loc[seen, "product_id"].mode()[0]
    following = pairs.groupby("last")["product_id"].agg(lambda next_: next_.mode()[0])
    targets = bought[~seen].dropna(subset="last")
    guess = targets["last"].map(following).fillna(targets["last"])
    product = targets["product_id"]
    return len(targets), (
        (product == popular).mean(),
        (product == targets["last"]).mean(),
        (product == guess).mean(),
        (targets["rank"] == 1).mean(),
        -np.log(targets["chance"]).mean(),
    )


if __name__ == "__main__":
    main()
