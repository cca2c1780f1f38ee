from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.datasets.dataset import Dataset
from data.exploration.finding import Finding
from data.exploration.quality import findings
from data.i18n import use_language
from data.preparation.preparation import Preparation


@pytest.fixture
def report(log: Callable[..., Dataset], tmp_path: Path) -> Callable[..., dict[str, Finding]]:
    def make(*rows: dict[str, object]) -> dict[str, Finding]:
        report = findings(log(*rows), tmp_path / "cache")
        return {finding.key: finding for finding in report}

    return make


def purchase(
    day: int = 0, user: object = "u", product: object = "p", **more: object
) -> dict[str, object]:
    when = date(2024, 1, 1) + timedelta(days=day)
    return {"event_time": f"{when} 10:00:00", "user_id": user, "product_id": product, **more}


def test_the_report_of_a_real_log_names_missing_values_and_rejects(
    morning: Dataset, tmp_path: Path
) -> None:
    entries = {finding.key: finding for finding in findings(morning, tmp_path)}
    assert entries["rejects"].finding.startswith("1 row of 17,435")
    assert entries["missing_category"].finding.startswith("20.6%")
    assert entries["missing_brand"].step == "require_brand"
    assert entries["repeats"].severity == "warning"


def test_numbers_are_formatted_for_the_language(morning: Dataset, tmp_path: Path) -> None:
    use_language("es")
    entries = {finding.key: finding for finding in findings(morning, tmp_path)}
    assert "17.435" in entries["rejects"].finding
    assert "20,6\N{NO-BREAK SPACE}%" in entries["missing_category"].finding


def test_every_step_of_the_report_is_a_field_of_a_preparation(
    groceries: Dataset, morning: Dataset, tmp_path: Path
) -> None:
    for dataset in (groceries, morning):
        for finding in findings(dataset, tmp_path):
            assert finding.step is None or hasattr(Preparation(), finding.step)
            assert finding.finding.endswith(".")


def test_exact_duplicates_are_counted(report: Callable[..., dict[str, Finding]]) -> None:
    entries = report(purchase(1), purchase(1), purchase(1), purchase(2))
    assert entries["duplicates"].finding.startswith("2 rows (50.0%)")


def test_days_without_purchases_and_spikes_are_reported(
    report: Callable[..., dict[str, Finding]],
) -> None:
    rows = [purchase(day, user=k) for day in range(30) if day != 14 for k in range(10)]
    rows += [purchase(16, user=k) for k in range(10, 80)]
    entries = report(*rows)
    assert "Jan 15, 2024" in entries["gap"].finding
    assert "Jan 17, 2024" in entries["spike"].finding
    assert "8.0 times" in entries["spike"].finding


def test_many_busy_days_share_a_finding(report: Callable[..., dict[str, Finding]]) -> None:
    busy = {4: 40, 11: 80, 18: 50, 25: 60}
    rows = [purchase(day, user=k) for day in range(60) for k in range(busy.get(day, 10))]
    finding = report(*rows)["spike"].finding
    assert "4 days of 4.0 times an ordinary day or more" in finding
    assert "Jan 12, 2024 (× 8.0); Jan 26, 2024 (× 6.0); Jan 19, 2024 (× 5.0)." in finding


def test_zero_and_negative_prices_are_counted(report: Callable[..., dict[str, Finding]]) -> None:
    entries = report(purchase(1, price=0), purchase(2, price=-2), purchase(3, price=5))
    assert (
        entries["odd_prices"].finding == "Events with a price of zero: 1; with a negative one: 1."
    )
    assert "100.0%" in entries["price_changes"].finding


def test_products_with_several_categories_or_brands_are_counted(
    report: Callable[..., dict[str, Finding]],
) -> None:
    entries = report(
        purchase(1, category_code="a", brand="x"), purchase(2, category_code="b", brand="y")
    )
    assert entries["several_categories"].finding.startswith("1 product appears")
    assert entries["several_brands"].finding.startswith("1 product appears")


def test_users_with_implausibly_many_purchases_are_reported(
    report: Callable[..., dict[str, Finding]],
) -> None:
    rows = [purchase(k % 3, user="machine", product=k) for k in range(2000)]
    rows += [purchase(1, user=k) for k in range(3000)]
    entries = report(*rows)
    assert "up to 2,000" in entries["heavy_buyers"].finding
    assert entries["heavy_buyers"].step == "max_user_events"
    assert entries["robots"].finding.startswith("1 visitor")


def test_returns_are_counted_with_the_purchases_that_they_undo(
    report: Callable[..., dict[str, Finding]],
) -> None:
    entries = report(
        purchase(1, quantity=6, price=2),
        purchase(2, quantity=-2, price=2),
        purchase(2, product="other", quantity=-1, price=5),
        purchase(0, quantity=-1, price=2),
        purchase(3, user="v", quantity=-1, price=2),
    )
    assert entries["returns"].finding == (
        "Returns: 4 (5 units worth 13.00); after a purchase of the same product by the same "
        "buyer: 1 (2 units worth 4.00); without one: 3."
    )


def test_returns_without_a_quantity_are_single_units(
    report: Callable[..., dict[str, Finding]],
) -> None:
    entries = report(purchase(1, event_type="purchase"), purchase(1, event_type="refund", user="u"))
    assert entries["returns"].finding.startswith("Returns: 1 (1 unit); after")


def test_a_log_without_returns_reports_none(report: Callable[..., dict[str, Finding]]) -> None:
    assert "returns" not in report(purchase(1, quantity=2))


def test_what_the_import_was_unsure_of_is_said(report: Callable[..., dict[str, Finding]]) -> None:
    returns = [purchase(day, price=f"-{day}.50") for day in range(1, 9)]
    entry = report(*returns)["doubt_type"]
    assert (entry.severity, entry.step) == ("notice", None)
    assert entry.finding.startswith("Event type is unsure: ")
    assert "every row is a return" in entry.finding


def test_a_sure_import_has_no_doubts(report: Callable[..., dict[str, Finding]]) -> None:
    assert not any(key.startswith("doubt") for key in report(purchase(1), purchase(2)))
