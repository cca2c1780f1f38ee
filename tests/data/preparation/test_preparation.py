from collections.abc import Callable
from datetime import date

import pytest

from data.datasets.dataset import Dataset
from data.errors import BadInput
from data.preparation.preparation import PREPARATIONS, Preparation, presets
from data.preparation.prepare import prepare, preview


def test_the_preparation_of_the_paper_gives_the_published_counts(
    published_groceries: Dataset,
) -> None:
    """Purchases with brand and category, of buyers with two or more: the figures that the
    published comparison on these data was made with."""
    last = prepare(published_groceries, PREPARATIONS["paper"]).steps[-1]
    assert (last.events, last.users, last.products) == (74_283, 2_292, 20_740)


def test_each_step_reports_the_remaining_events(published_groceries: Dataset) -> None:
    steps = prepare(published_groceries, PREPARATIONS["paper"]).steps
    assert [step.name for step in steps] == [
        "all",
        "history_types",
        "require_brand",
        "require_category",
        "min_user_events",
    ]
    assert [step.events for step in steps] == [74_471, 74_471, 74_470, 74_364, 74_283]


def test_a_preview_has_the_counts_of_the_preparation(groceries: Dataset) -> None:
    for preparation in PREPARATIONS.values():
        assert preview(groceries, preparation) == prepare(groceries, preparation).steps


def test_events_are_ordered_by_user_time_and_row(groceries: Dataset) -> None:
    events = prepare(groceries, PREPARATIONS["all_purchases"]).events
    ordered = events.sort_values(["user", "time", "row"], kind="stable")
    assert events.index.equals(ordered.index)


def test_equal_times_keep_the_order_of_the_source(log: Callable[..., Dataset]) -> None:
    rows = [{"user_id": "u", "product_id": f"p{k}", "event_time": "2024-01-01"} for k in range(50)]
    events = prepare(log(*rows), Preparation()).events
    assert list(events["product"]) == [f"p{k}" for k in range(50)]


SHOP = [
    {"user_id": "a", "product_id": "1", "event_time": "2024-01-01", "category_code": "toys.car",
     "brand": "x", "user_session": "s"},
    {"user_id": "a", "product_id": "1", "event_time": "2024-01-02", "category_code": "toys.car",
     "brand": "x", "user_session": "s"},
    {"user_id": "a", "product_id": "2", "event_time": "2024-01-03", "category_code": "toys.doll",
     "brand": None, "user_session": "s"},
    {"user_id": "b", "product_id": "1", "event_time": "2024-01-04", "category_code": None,
     "brand": "y", "user_session": "t"},
    {"user_id": "b", "product_id": "3", "event_time": "2024-01-05", "category_code": "food",
     "brand": "y", "user_session": "t"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("preparation", "products"),
    [
        (Preparation(min_user_events=1), ["1", "1", "2", "1", "3"]),
        (Preparation(min_user_events=3), ["1", "1", "2"]),
        (Preparation(min_product_events=2, min_user_events=1), ["1", "1", "1"]),
        (Preparation(require_brand=True, min_user_events=1), ["1", "1", "1", "3"]),
        (Preparation(require_category=True, min_user_events=1), ["1", "1", "2", "3"]),
        (Preparation(category_prefix="toys", min_user_events=1), ["1", "1", "2"]),
        (Preparation(first=date(2024, 1, 3), min_user_events=1), ["2", "1", "3"]),
        (Preparation(last=date(2024, 1, 3), min_user_events=1), ["1", "1", "2"]),
        (Preparation(last=date.max, min_user_events=1), ["1", "1", "2", "1", "3"]),
        (Preparation(merge_session_repeats=True, min_user_events=1), ["1", "2", "1", "3"]),
        (Preparation(max_user_events=2, min_user_events=1), ["1", "3"]),
    ],
)
def test_each_step_keeps_the_events_of_its_condition(
    log: Callable[..., Dataset], preparation: Preparation, products: list[str]
) -> None:
    assert list(prepare(log(*SHOP), preparation).events["product"]) == products


def visit(user: str, *events: str) -> list[dict[str, str]]:
    """Return rows of one session from texts such as ``cart 1``, one a minute."""
    return [
        {"user_id": user, "event_type": kind, "product_id": product, "user_session": f"s{user}",
         "event_time": f"2024-01-01 00:{minute:02d}:00"}
        for minute, (kind, product) in enumerate(event.split() for event in events)
    ]  # fmt: skip


VISITS = [
    *visit("a", "view 1", "view 1", "cart 1", "purchase 1", "purchase 1", "purchase 2"),
    *visit("b", "view 1", "view 3", "purchase 1"),
    *visit("c", "view 3", "view 3"),
]


@pytest.mark.parametrize(
    ("preparation", "users", "products"),
    [
        # Targets decide which buyers are kept: c views and never buys.
        (Preparation(min_user_events=1), "aaaaaabbb", "111112131"),
        (Preparation(), "aaaaaa", "111112"),
        (Preparation(max_user_events=2, min_user_events=1), "bbb", "131"),
        # A product that is only viewed is kept: that it is not bought later is not known before.
        (Preparation(min_product_events=3, min_user_events=1), "aaaaabbb", "11111131"),
        # A view that leads to a purchase is no repetition of it.
        (Preparation(merge_session_repeats=True, min_user_events=1), "aaaabbb", "1112131"),
        (Preparation(history_types=("purchase",), min_user_events=1), "aaab", "1121"),
    ],
)
def test_a_history_holds_every_type_and_targets_select_buyers(
    log: Callable[..., Dataset], preparation: Preparation, users: str, products: str
) -> None:
    events = prepare(log(*VISITS), preparation).events
    assert "".join(events["user"]) == users
    assert "".join(events["product"]) == products
    assert (events["target"] == (events["type"] == "purchase")).all()


def test_steps_count_targets(log: Callable[..., Dataset]) -> None:
    steps = prepare(log(*VISITS), Preparation()).steps
    assert [(step.name, step.events, step.targets) for step in steps] == [
        ("all", 11, 4),
        ("min_user_events", 6, 3),
    ]


def test_a_stored_preparation_of_event_types_means_both_history_and_targets(
    log: Callable[..., Dataset],
) -> None:
    stored = Preparation.from_dict({"event_types": ["view", "cart"], "min_user_events": 1})
    assert stored.history_types == stored.target_types == ("view", "cart")
    events = prepare(log(*VISITS), stored).events
    assert set(events["type"]) == {"view", "cart"}
    assert events["target"].all()
    assert Preparation.from_dict({"event_types": []}).predicts_all


@pytest.mark.parametrize(("history", "targets"), [("view", "purchase"), ("view,cart", "")])
def test_a_history_without_what_is_predicted_is_refused(history: str, targets: str) -> None:
    with pytest.raises(BadInput, match=r"history_types cannot be “view.*every type that"):
        Preparation.from_dict({"history_types": history, "target_types": targets})


def test_of_exact_duplicates_the_first_is_kept(log: Callable[..., Dataset]) -> None:
    dataset = log(*SHOP, *SHOP)
    events = prepare(dataset, Preparation(drop_duplicates=True)).events
    assert sorted(events["row"]) == [0, 1, 2, 3, 4]


def test_the_error_for_no_remaining_events_names_the_step(log: Callable[..., Dataset]) -> None:
    with pytest.raises(BadInput, match="Category begins with"):
        prepare(log(*SHOP), Preparation(category_prefix="cars"))


def test_a_preparation_survives_json() -> None:
    one = Preparation(
        first=date(2024, 1, 3),
        category_prefix="toys",
        history_types=("view",),
        target_types=("view",),
    )
    assert Preparation.from_dict(one.as_dict()) == one


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"min_user_events": 0}, "preparation.min_user_events cannot be “0”: it takes a whole"),
        ({"first": "yesterday"}, "preparation.first cannot be “yesterday”: it takes a date"),
        ({"minimum": 2}, "no setting “preparation.minimum”"),
        ({"history_types": None}, "preparation.history_types cannot be “None”"),
        ({"first": "2024-02-01", "last": "2024-01-01"}, "first day"),
    ],
)
def test_a_bad_setting_is_named(values: dict[str, object], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        Preparation.from_dict(values)


@pytest.mark.parametrize("text", ["purchase", "purchase,", ["purchase"]])
def test_one_event_type_is_a_list_of_one(text: object) -> None:
    assert Preparation.from_dict({"target_types": text}).target_types == ("purchase",)


def test_several_event_types_are_read_from_text_as_from_a_list() -> None:
    from_text = Preparation.from_dict({"event_types": "view, cart"})
    assert from_text == Preparation.from_dict({"event_types": ["view", "cart"]})


def test_presets_use_the_most_frequent_type_of_a_log_without_purchases(
    log: Callable[..., Dataset],
) -> None:
    row = {"user_id": "a", "product_id": "1", "event_time": "2024-01-01", "event_type": "view"}
    assert presets(log(row, row))["paper"].target_types == ("view",)
