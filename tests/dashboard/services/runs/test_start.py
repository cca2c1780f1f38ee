"""A training is configured for its dataset, and queued once or for each point of a grid."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dashboard.jobs.runs_table import Runs
from dashboard.services.datasets import imports
from dashboard.services.runs.start import configure, grid, start_grid, start_training
from data.errors import BadInput
from data.home import Home
from data.importing.request import ImportRequest
from model.config.presets import preset
from model.config.run_config import RunConfig
from model.config.sizing import MOST_EPOCHS

FAST = preset("fast")


@pytest.fixture
def shop(home: Home, tmp_path: Path) -> Home:
    """A home with a dataset of purchases, "shop", and one of views and carts, "views"."""
    for name, types in {"shop": ["view", "purchase"], "views": ["view", "view", "cart"]}.items():
        write(log := tmp_path / f"{name}.csv", types)
        imports.import_files(home, ImportRequest([log], name))
    return home


def write(file: Path, types: Sequence[str]) -> None:
    """Write a log in which every buyer has one event of each type, in this order."""
    rows = [
        f"{user},{product},2019-11-{day:02d} 12:00:00,{kind}"
        for user in range(12)
        for day, (product, kind) in enumerate(zip(range(user, user + 9), types, strict=False), 1)
    ]
    file.write_text("\n".join(["user,product,event_time,event_type", *rows]) + "\n", "utf-8")


def event_types(config: RunConfig) -> tuple[str, ...]:
    return config.preparation.target_types


def test_a_preset_is_left_as_it_is_where_the_dataset_has_purchases(shop: Home) -> None:
    configured = configure(shop, "shop", "fast", {"epochs": "3"})
    assert configured.config == FAST.override({"epochs": 3})
    assert configured.adaptation == ""


def test_without_purchases_the_most_frequent_type_is_predicted_and_that_is_said(
    shop: Home,
) -> None:
    configured = configure(shop, "views", "fast")
    assert event_types(configured.config) == ("view",)
    assert configured.adaptation == (
        "Dataset views has no events of type purchase; its most frequent type, view, is predicted"
        " instead. It has view (24), cart (12): choose others with preparation.target_types."
    )


def test_best_is_sized_for_the_dataset_unless_a_setting_is_named(shop: Home) -> None:
    configured = configure(shop, "shop", "best")
    assert configured.config.epochs == MOST_EPOCHS
    assert configured.config.loss == "full_softmax"
    size = "For about 19 training events and 13 products, before the preparation: an ensemble"
    assert configured.sizing.startswith(size)
    changed = configure(shop, "shop", "best", {"epochs": "6", "loss": "sampled_softmax"})
    assert (changed.config.epochs, changed.config.loss) == (6, "sampled_softmax")
    assert changed.sizing.endswith("at the latest it ends after 6.")


def test_a_named_preparation_is_adapted_too(shop: Home) -> None:
    configured = configure(shop, "views", "fast", {"preparation": "once_per_session"})
    assert event_types(configured.config) == ("view",)
    assert configured.config.preparation.merge_session_repeats


@pytest.mark.parametrize("types", ["purchase", "cart", ""])
def test_event_types_that_are_named_are_never_overridden(shop: Home, types: str) -> None:
    configured = configure(shop, "views", "fast", {"preparation.event_types": types})
    assert event_types(configured.config) == ((types,) if types else ())
    assert configured.adaptation == ""


@pytest.mark.parametrize(
    ("dataset", "name", "changes", "word"),
    [
        ("nowhere", "fast", {}, "nowhere"),
        ("shop", "slow", {}, "preset cannot be"),
        ("shop", "fast", {"epochs": "0"}, "epochs cannot be"),
    ],
)
def test_what_cannot_be_used_is_refused(
    shop: Home, dataset: str, name: str, changes: dict[str, str], word: str
) -> None:
    with pytest.raises(BadInput, match=word):
        configure(shop, dataset, name, changes)


def test_a_training_is_queued_with_its_configuration(shop: Home) -> None:
    run = Runs(shop).get(start_training(shop, "shop", FAST, preset="fast", label="mine"))
    assert (run.dataset, run.preset, run.label, run.state) == ("shop", "fast", "mine", "queued")
    assert RunConfig.from_dict(run.config) == FAST


def test_a_training_on_types_that_the_dataset_does_not_have_is_refused(shop: Home) -> None:
    with pytest.raises(BadInput, match=r"no events of type purchase; it has view \(24\), cart"):
        start_training(shop, "views", FAST, preset="fast")
    assert Runs(shop).list() == []


def test_a_grid_is_every_combination_of_values() -> None:
    points = grid(FAST, {"dropout": "0.1, 0.2", "width": "8; 16; 8"})
    assert [(point.dropout, point.width) for point in points.values()] == [
        (0.1, 8),
        (0.1, 16),
        (0.2, 8),
        (0.2, 16),
    ]


def test_a_grid_of_nothing_is_the_configuration_itself() -> None:
    assert grid(FAST, {"dropout": " "}) == {"": FAST}


def test_a_grid_with_a_wrong_value_starts_nothing(shop: Home) -> None:
    with pytest.raises(BadInput, match="dropout cannot be"):
        start_grid(shop, "shop", FAST, preset="fast", varied={"dropout": "0.1, 2"})
    assert Runs(shop).list() == []


def test_a_grid_too_large_is_refused() -> None:
    with pytest.raises(BadInput, match="25 runs"):
        grid(FAST, {"seed": ",".join(map(str, range(25)))})


def test_runs_of_a_grid_are_named_by_what_differs(shop: Home) -> None:
    runs = start_grid(shop, "shop", FAST, preset="fast", varied={"dropout": "0.1,0.2"})
    stored = [Runs(shop).get(run) for run in runs]
    assert [run.label for run in stored] == ["dropout=0.1", "dropout=0.2"]
    assert [run.config["dropout"] for run in stored] == [0.1, 0.2]
