"""Returns that only a sign tells: in a total, an amount, or a column of pluses and minuses."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import Maker, check, csv, event, ks, moment, price, product, user

NAMES = ("customer_id", "sku", "order_date")


def is_return(k: int) -> bool:
    return k % 9 == 4


def kind(k: int) -> str:
    return "return" if is_return(k) else "purchase"


def log(names: tuple[str, ...], *columns: object, events: bool = True) -> Maker:
    """Return a log with columns of texts; each is a function of the row."""
    rows = ((user(k), product(k), moment(k), *(column(k) for column in columns)) for k in ks())  # type: ignore[operator]
    return Maker(
        {"log.csv": csv((*NAMES, *names), rows)},
        [
            event(user(k), product(k), moment(k), type=kind(k) if events else "purchase")
            for k in ks()
        ],
    )


def total(k: int) -> str:
    return f"{-price(k) if is_return(k) else price(k):.2f}"


def cost(k: int) -> str:
    return f"{price(k):.2f}"


MAKERS = {
    f"negative {name}": log((name,), total)
    for name in ("Total", "order_total", "Line Amount", "Net", "Extended Price", "Сумма")
}
MAKERS["a total beside the price"] = log(("price", "total"), cost, total)
MAKERS["a total in brackets"] = log(
    ("price", "total"), cost, lambda k: f"(${cost(k)})" if is_return(k) else f"${cost(k)}"
)
MAKERS["a total with the minus behind"] = log(
    ("price", "total"), cost, lambda k: f"{cost(k)}-" if is_return(k) else cost(k)
)
for name in ("sign", "+/-", "Direction"):
    MAKERS[f"signs in {name}"] = log((name, "price"), lambda k: "-" if is_return(k) else "+", cost)
MAKERS["ones as signs"] = log(("Sign", "price"), lambda k: -1 if is_return(k) else 1, cost)
MAKERS["a discount is no return"] = log(
    ("price", "discount", "tax_amount"), cost, lambda k: -0.5 * (k % 3), total, events=False
)
MAKERS["a total that is missing is no return"] = log(
    ("price", "total"), cost, lambda k: "-" if is_return(k) else cost(k), events=False
)
MAKERS["ones that are no signs"] = log(
    ("vote", "price"), lambda k: -1 if is_return(k) else 1, cost, events=False
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back(name: str, store: Store, tmp_path: Path) -> None:
    check(MAKERS[name], store, tmp_path)


@pytest.mark.parametrize("late", [False, True])
def test_a_negative_total_is_a_return_also_behind_the_first_rows(
    late: bool, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    rows = (
        (
            user(k),
            product(k),
            moment(0) + timedelta(minutes=k),
            -5 if k == (2000 if late else 7) else 5,
        )
        for k in range(2500)
    )
    file.write_text(csv((*NAMES, "total"), rows))
    summary = ingest(store, ImportRequest([file], "log")).manifest.summary
    assert summary["events_by_type"] == {"purchase": 2499, "return": 1}
    assert ("total" in summary["understood"]["unsure"].get("type", "")) is not late


def test_a_log_of_returns_alone_is_doubted(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    rows = ((user(k), product(k), moment(k), -price(k)) for k in ks())
    file.write_text(csv((*NAMES, "price"), rows))
    unsure = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]["unsure"]
    assert "every row is a return" in unsure["type"]


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("Dr/Cr", "price"), lambda k: ("Cr" if is_return(k) else "Dr", price(k))),
        (("Soll_Haben", "price"), lambda k: ("H" if is_return(k) else "S", price(k))),
        (("note", "amount"), lambda k: ("", f"{cost(k)}{' CR' if is_return(k) else ''}")),
        (("document_no", "qty"), lambda k: (f"{'CN' if is_return(k) else 'SI'}-{100 + k}", 1)),
        (("order_no", "price"), lambda k: (f"{'RMA' if is_return(k) else 'SO'}{100 + k}", 5)),
    ],
)
def test_credits_that_no_sign_tells_are_said(
    names: tuple[str, str],
    values: Callable[[int], tuple[object, ...]],
    store: Store,
    tmp_path: Path,
) -> None:
    file = tmp_path / "log.csv"
    rows = ((user(k), product(k), moment(k), *values(k)) for k in ks())
    file.write_text(csv((*NAMES, *names), rows))
    unsure = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]["unsure"]
    assert "may say otherwise" in unsure["type"]
