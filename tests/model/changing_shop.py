"""A synthetic shop whose taste changes: what follows a product, and which products there are."""

from pathlib import Path

import numpy as np
import pandas as pd

DAY = 86_400
BUYERS = 160
PRODUCTS = 12
"""Products of the first weeks; the last week has as many new ones."""
NEW_SHARE = 0.3


def write_log(file: Path, first_week: int, weeks: int, *, changed: bool = False) -> Path:
    """Write purchases of some weeks: every buyer buys twice a day on three days of each.

    Before the change the product after p is p + 1. After it, the product after p is p + 5, and
    ``NEW_SHARE`` of all purchases are of products that did not exist before.
    """
    random = np.random.default_rng(first_week)
    rows = []
    for buyer in range(BUYERS):
        product = int(random.integers(PRODUCTS))
        for day in sorted(random.choice(7 * weeks, 3 * weeks, replace=False)):
            for purchase in range(2):
                time = (first_week * 7 + int(day)) * DAY + buyer * 60 + purchase * 3600
                is_new = changed and random.random() < NEW_SHARE
                name = f"new{product:02d}" if is_new else f"p{product:02d}"
                price = 10 + product + (5 if changed else 0)
                rows.append((time, f"u{buyer:03d}", name, f"group{product % 3}", price))
                product = (product + (5 if changed else 1)) % PRODUCTS
    table = pd.DataFrame(rows, columns=["seconds", "user_id", "product_id", "category", "price"])
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(table.pop("seconds"), unit="s")
    table.insert(0, "event_time", times.dt.strftime("%Y-%m-%d %H:%M:%S UTC"))
    table.insert(1, "event_type", "purchase")
    table.sort_values("event_time", kind="stable").to_csv(file, index=False)
    return file
