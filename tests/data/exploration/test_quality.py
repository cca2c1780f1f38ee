from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.datasets.store import Dataset
from data.exploration.quality import Finding, findings
from data.i18n import use_language
from data.preparation.preparation import Preparation


@pytest.fixture
def report(log: Callable[..., Dataset], tmp_path: Path) -> Callable[..., dict[str, Finding]]:
    def make(*rows: dict[str, object]) -> dict[str, Finding]:
        found = findings(log(*rows), tmp_path / "cache")
        return {one.key: one for one in found}

    return make


def purchase(
    day: int = 0, user: object = "u", product: object = "p", **more: object
) -> dict[str, object]:
    when = date(2024, 1, 1) + timedelta(days=day)
    return {"event_time": f"{when} 10:00:00", "user_id": user, "product_id": product, **more}


def test_a_real_morning_says_what_is_missing_and_unreadable(
    morning: Dataset, tmp_path: Path
) -> None:
    found = {one.key: one for one in findings(morning, tmp_path)}
    assert found["rejects"].finding.startswith("1 row of 17,435")
    assert found["missing_category"].finding.startswith("20.6 %")
    assert found["missing_brand"].step == "require_brand"
    assert found["repeats"].severity == "warning"


def test_numbers_are_written_as_the_language_writes_them(morning: Dataset, tmp_path: Path) -> None:
    use_language("es")
    found = {one.key: one for one in findings(morning, tmp_path)}
    assert "17.435" in found["rejects"].finding
    assert "20,6 %" in found["missing_category"].finding


def test_every_step_that_is_named_exists(
    groceries: Dataset, morning: Dataset, tmp_path: Path
) -> None:
    for dataset in (groceries, morning):
        for one in findings(dataset, tmp_path):
            assert one.step is None or hasattr(Preparation(), one.step)
            assert one.finding.endswith(".")


def test_exact_duplicates_are_counted(report: Callable[..., dict[str, Finding]]) -> None:
    found = report(purchase(1), purchase(1), purchase(1), purchase(2))
    assert found["duplicates"].finding.startswith("2 rows (50.0 %)")


def test_empty_and_abnormal_days_are_named(report: Callable[..., dict[str, Finding]]) -> None:
    rows = [purchase(day, user=k) for day in range(30) if day != 14 for k in range(10)]
    rows += [purchase(16, user=k) for k in range(10, 80)]
    found = report(*rows)
    assert "2024-01-15" in found["gap"].finding
    assert "2024-01-17" in found["spike"].finding
    assert "8.0 times" in found["spike"].finding


def test_odd_prices_are_counted(report: Callable[..., dict[str, Finding]]) -> None:
    found = report(purchase(1, price=0), purchase(2, price=-2), purchase(3, price=5))
    assert found["odd_prices"].finding == "Events with a price of zero: 1; with a negative one: 1."
    assert "100.0 %" in found["price_changes"].finding


def test_products_of_several_categories_and_brands_are_counted(
    report: Callable[..., dict[str, Finding]],
) -> None:
    found = report(
        purchase(1, category_code="a", brand="x"), purchase(2, category_code="b", brand="y")
    )
    assert found["several_categories"].finding.startswith("1 product appears")
    assert found["several_brands"].finding.startswith("1 product appears")


def test_buyers_who_buy_like_machines_are_named(report: Callable[..., dict[str, Finding]]) -> None:
    rows = [purchase(k % 3, user="machine", product=k) for k in range(2000)]
    rows += [purchase(1, user=k) for k in range(3000)]
    found = report(*rows)
    assert "up to 2,000" in found["heavy_buyers"].finding
    assert found["heavy_buyers"].step == "max_user_events"
    assert found["robots"].finding.startswith("1 visitor")
