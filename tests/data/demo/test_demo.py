"""The demo shop: a synthetic log with published statistics and known purchase probabilities."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.demo import generator
from data.demo.generator import Truth, simulate
from data.demo.simulated_buyers import probabilities
from data.errors import BadInput

SIZE, SEED = 5_000, 0


def _read(out: Path) -> pd.DataFrame:
    return pd.read_csv(out, parse_dates=["event_time"])


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """All events of a shop of 5,000 buyers."""
    out = tmp_path_factory.mktemp("demo") / "demo.csv"
    generator.write(out, buyers=SIZE, seed=SEED)
    return _read(out)


@pytest.fixture(scope="module")
def purchases(log: pd.DataFrame) -> pd.DataFrame:
    """Its purchases, with product and session of the buyer's previous purchase."""
    purchases = log[log["event_type"] == "purchase"].reset_index(drop=True)
    previous = purchases.groupby("user_id")[["product_id", "user_session"]].shift()
    return purchases.join(previous.add_suffix("_before"))


@pytest.fixture(scope="module")
def truth() -> Truth:
    return generator.truth(SIZE, SEED)


# The file


def test_the_same_buyers_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    one, two, other = (tmp_path / name for name in ("one.csv", "two.csv", "other.csv"))
    generator.write(one, buyers=40, seed=7)
    generator.write(two, buyers=40, seed=7)
    generator.write(other, buyers=40, seed=8)
    assert one.read_bytes() == two.read_bytes() != other.read_bytes()


GOLDEN = "341b50a452de00866375fe22d6b82d421f15fbb05c536f8d9e2ec3edeb812428"


def test_the_bytes_are_the_same_on_every_machine(tmp_path: Path) -> None:
    out = tmp_path / "demo.csv"
    generator.write(out, buyers=40, seed=0)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == GOLDEN


def test_columns_and_times_are_written_as_in_the_kaggle_set(tmp_path: Path) -> None:
    out = tmp_path / "demo.csv"
    generator.write(out, buyers=5, seed=0)
    rows = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert ",".join(rows.columns) == (
        "event_time,event_type,product_id,category_id,category_code,brand,price,"
        "user_id,user_session"
    )
    patterns = {
        "event_time": r"2019-11-\d\d \d\d:\d\d:\d\d UTC",
        "event_type": "view|cart|purchase",
        "product_id": r"\d{7}",
        "category_id": r"\d{19}",
        "category_code": r"([a-z_]+(\.[a-z_]+)*)?",
        "brand": "[a-z]*",
        "price": r"\d+\.\d\d",
        "user_id": r"5\d{8}",
        "user_session": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    }
    for column, pattern in patterns.items():
        assert rows[column].str.fullmatch(pattern).all(), column


def test_rows_are_ordered_by_time(log: pd.DataFrame) -> None:
    assert log["event_time"].is_monotonic_increasing


def test_an_existing_file_is_replaced_completely_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "demo.csv"
    out.write_text("an earlier file")
    with pytest.raises(BadInput, match="at least one buyer"):
        generator.write(out, buyers=0, seed=0)
    assert out.read_text() == "an earlier file"
    generator.write(out, buyers=1, seed=0)
    assert out.read_text().startswith("event_time")
    assert list(tmp_path.iterdir()) == [out]


# The shop


@pytest.mark.parametrize(
    ("figure", "published", "within"),
    [
        (lambda b: len(b) / b["user_id"].nunique(), 2.08, 0.05),
        (lambda b: b["price"].quantile(0.25), 82.63, 8),
        (lambda b: b["price"].quantile(0.50), 169.96, 16),
        (lambda b: b["price"].quantile(0.75), 364.75, 35),
        (lambda b: b["price"].mean(), 300.12, 20),
        (lambda b: b["price"].std(), 341.38, 25),
        (lambda b: b["category_code"].isna().mean(), 0.2554, 0.03),
        (lambda b: b["brand"].isna().mean(), 0.0800, 0.02),
        (lambda b: (b["brand"] == "samsung").mean(), 0.218, 0.04),
        (lambda b: (b["brand"] == "apple").mean(), 0.181, 0.04),
        (lambda b: (b["brand"] == "xiaomi").mean(), 0.074, 0.020),
        (lambda b: (b["brand"] == "huawei").mean(), 0.026, 0.008),
        (lambda b: (b["category_code"] == "electronics.smartphone").mean(), 0.434, 0.03),
        (lambda b: (b["category_code"] == "electronics.audio.headphone").mean(), 0.043, 0.015),
        (lambda b: (b["category_code"] == "electronics.video.tv").mean(), 0.031, 0.008),
        (lambda b: b["product_id"].value_counts(normalize=True).iloc[0], 0.035, 0.010),
        (lambda b: b["product_id"].value_counts(normalize=True).iloc[9], 0.009, 0.003),
        (lambda b: (b["event_time"].dt.day == 16).mean(), 0.0744, 0.015),
        (lambda b: (b["event_time"].dt.day == 17).mean(), 0.2020, 0.020),
    ],
)
def test_purchases_have_the_published_figures(figure, published, within, purchases) -> None:  # type: ignore[no-untyped-def]
    assert figure(purchases) == pytest.approx(published, abs=within)


def test_some_buyers_buy_very_often(purchases: pd.DataFrame) -> None:
    sizes = purchases["user_id"].value_counts()
    assert sizes.max() > 40
    assert sizes.median() == 1


def test_nothing_happens_on_the_15th(log: pd.DataFrame) -> None:
    assert sorted(log["event_time"].dt.day.unique()) == [*range(1, 15), *range(16, 31)]


def test_the_night_is_quiet_and_the_morning_busy(purchases: pd.DataFrame) -> None:
    hours = purchases["event_time"].dt.hour.value_counts(normalize=True)
    assert hours[[23, 0, 1]].sum() < 0.03
    assert hours[[8, 9, 10]].sum() > 0.19


def test_a_product_keeps_its_category_brand_and_price(log: pd.DataFrame) -> None:
    facts = log.groupby("product_id")[["category_id", "category_code", "brand", "price"]]
    assert (facts.nunique(dropna=False) == 1).all(axis=None)


def test_purchased_products_were_viewed_before_in_the_same_visit(log: pd.DataFrame) -> None:
    views = log[log["event_type"] == "view"].groupby(["user_session", "product_id"])
    first = views["event_time"].min().rename("viewed").reset_index()
    purchases = log[log["event_type"] == "purchase"].merge(first, how="left")
    assert (purchases["viewed"] < purchases["event_time"]).mean() > 0.999


def test_earlier_visits_without_a_purchase_are_often_about_the_next_one(log: pd.DataFrame) -> None:
    buys = log["event_type"] == "purchase"
    idle = log[~log["user_session"].isin(log.loc[buys, "user_session"])]
    idle = idle.groupby("user_session").agg(
        user_id=("user_id", "first"), event_time=("event_time", "max"), product=("product_id", set)
    )
    purchases = log.loc[buys, ["user_id", "event_time", "product_id"]]
    followed = pd.merge_asof(
        idle.sort_values("event_time"),
        purchases,
        on="event_time",
        by="user_id",
        direction="forward",
    ).dropna(subset="product_id")
    is_next = [
        product in viewed
        for product, viewed in zip(followed["product_id"], followed["product"], strict=True)
    ]
    assert 0.45 < np.mean(is_next) < 0.65


def test_views_outnumber_carts_and_carts_purchases(log: pd.DataFrame) -> None:
    kinds = log["event_type"].value_counts()
    assert list(kinds.index) == ["view", "cart", "purchase"]
    assert 9 < kinds["view"] / kinds["purchase"] < 13


def test_a_visit_has_one_visitor(log: pd.DataFrame) -> None:
    assert (log.groupby("user_session")["user_id"].nunique() == 1).all()


def test_four_rows_in_a_thousand_are_exact_duplicates(log: pd.DataFrame) -> None:
    assert log.duplicated().mean() == pytest.approx(0.0038, abs=0.0008)


def test_repeat_purchases_are_frequent_and_mostly_within_a_visit(
    purchases: pd.DataFrame,
) -> None:
    pairs = purchases.dropna(subset="product_id_before")
    repeats = pairs[pairs["product_id"] == pairs["product_id_before"]]
    assert len(repeats) / len(pairs) == pytest.approx(0.25, abs=0.03)
    assert (repeats["user_session"] == repeats["user_session_before"]).mean() > 0.6


def test_headphones_follow_smartphones(purchases: pd.DataFrame) -> None:
    category = purchases.set_index("product_id")["category_code"].groupby(level=0).first()
    before = purchases["product_id_before"].map(category)
    headphones = purchases["category_code"] == "electronics.audio.headphone"
    follows_other = before.notna() & (before.str.split(".").str[0] == "appliances")
    assert (
        headphones[before == "electronics.smartphone"].mean() > 2 * headphones[follows_other].mean()
    )


def test_popularity_drifts(purchases: pd.DataFrame) -> None:
    early = purchases["event_time"].dt.day <= 14
    counts = pd.crosstab(purchases["product_id"], early)
    counts = counts[counts.sum(axis=1) >= 50]
    expected = counts.sum(axis=1).to_numpy()[:, None] * [1 - early.mean(), early.mean()]
    assert ((counts - expected) ** 2 / expected).sum(axis=None) > 2 * len(counts)


# The true probabilities


def test_the_probabilities_of_all_products_sum_to_one() -> None:
    shop, log, _ = simulate(60, SEED)
    rows = []
    for index, probability in probabilities(shop, log, block=7):
        assert probability.shape == (len(index), len(shop))
        assert (probability > 0).all()
        np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-9)
        rows.append(index)
    assert sorted(np.concatenate(rows)) == list(range(len(log)))


def test_the_truth_is_in_the_order_of_the_file(purchases: pd.DataFrame, truth: Truth) -> None:
    assert list(truth.earlier) == list(purchases.groupby("user_id").cumcount())


def test_recommending_the_most_probable_product_reaches_the_best_accuracy(
    purchases: pd.DataFrame, truth: Truth
) -> None:
    shop, log, _ = simulate(SIZE, SEED)
    hits = targets = 0
    for rows, probability in probabilities(shop, log):
        if log.earlier[rows[0]] > 0:
            hits += (probability.argmax(axis=1) == log.product[rows]).sum()
            targets += len(rows)
    assert targets == (truth.earlier > 0).sum() == purchases["product_id_before"].notna().sum()
    assert hits / targets == pytest.approx(truth.best_accuracy)


def test_the_simulated_purchases_are_calibrated_to_their_probabilities() -> None:
    """Cross-entropy and top-1 hits lie within four standard deviations of their expectations."""
    shop, log, _ = simulate(SIZE, SEED)
    loss, expected_loss, loss_variance, hits, expected_hits, hit_variance = np.zeros(6)
    for rows, probability in probabilities(shop, log):
        losses = -np.log(probability)
        entropy = (probability * losses).sum(axis=1)
        loss += np.take_along_axis(losses, log.product[rows][:, None], axis=1).sum()
        expected_loss += entropy.sum()
        loss_variance += ((probability * losses**2).sum(axis=1) - entropy**2).sum()
        highest = probability.max(axis=1)
        hits += (probability.argmax(axis=1) == log.product[rows]).sum()
        expected_hits += highest.sum()
        hit_variance += (highest * (1 - highest)).sum()
    assert abs(loss - expected_loss) < 4 * loss_variance**0.5
    assert abs(hits - expected_hits) < 4 * hit_variance**0.5


def test_simple_rules_stay_below_the_optimum_and_history_helps(
    purchases: pd.DataFrame, truth: Truth
) -> None:
    pairs = purchases.dropna(subset="product_id_before")
    popular = (pairs["product_id"] == purchases["product_id"].mode()[0]).mean()
    repeat = (pairs["product_id"] == pairs["product_id_before"]).mean()
    assert 0.02 < popular < 0.06
    assert 0.20 < repeat < 0.29
    assert 0.38 < truth.best_accuracy < 0.46
    assert truth.lowest_loss < 3.2
