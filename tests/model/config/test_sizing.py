"""The settings of ``best`` follow from the size of a log by one rule, and a sentence says what."""

import pytest

from model.config.presets import preset, preset_for
from model.config.sizing import LARGEST_BATCH, MOST_EVENTS, SMALLEST_BATCH, LogSize, reason

SIZES = [
    LogSize(events, products)
    for events in (0, 1, 300, 6_000, 100_000, 1_500_000, 60_000_000)
    for products in (1, 2_000, 1_000_000)
]
SIZED = {"batch_size", "learning_rate", "loss", "epochs", "early_stopping", "ensemble_size"}


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_size_has_settings_within_their_bounds(size: LogSize) -> None:
    config = preset_for("best", size)
    fixed = {key: value for key, value in config.as_dict().items() if key not in SIZED}
    assert fixed == {k: v for k, v in preset("best").as_dict().items() if k not in SIZED}
    assert SMALLEST_BATCH <= config.batch_size <= LARGEST_BATCH
    assert config.batch_size & (config.batch_size - 1) == 0
    assert 0 < config.early_stopping < config.epochs
    assert "\n" not in reason(config, size)


def test_larger_logs_have_larger_batches_and_fewer_epochs() -> None:
    configs = [
        preset_for("best", LogSize(events, 5_000)) for events in (5_000, 30_000, 60_000, 5_000_000)
    ]
    batches = [config.batch_size for config in configs]
    epochs = [config.epochs for config in configs]
    assert batches == sorted(set(batches))
    assert epochs == sorted(epochs, reverse=True)
    assert [config.learning_rate for config in configs] == sorted(
        config.learning_rate for config in configs
    )


def test_smaller_logs_have_larger_ensembles() -> None:
    sizes = [LogSize(events, 2_000) for events in (1_000, 125_000, 126_000, 312_500, 313_000)]
    assert [preset_for("best", size).ensemble_size for size in sizes] == [5, 5, 3, 3, 1]


@pytest.mark.parametrize("events", [1_000_000, 2_000_000, 8_000_000])
def test_a_training_reads_no_more_events_than_its_limit(events: int) -> None:
    size = LogSize(events, 5_000)
    config = preset_for("best", size)
    assert config.epochs * size.training_events <= MOST_EVENTS


def test_the_sentence_is_about_the_settings_as_they_are() -> None:
    size = LogSize(2_000_000, 70_000)
    config = preset_for("best", size).override({"early_stopping": 0, "epochs": 7})
    assert reason(config, size) == (
        "For about 1,600,000 training events and 70,000 products, before the preparation: one"
        " network; batches of 2,048 events, 782 of them an epoch, with a learning rate of 0.0040; a"
        " softmax over 1,024 sampled products; training ends after 7 epochs."
    )


@pytest.mark.parametrize("name", ["paper", "fast"])
def test_other_presets_are_the_same_for_every_size(name: str) -> None:
    assert preset_for(name, SIZES[0]) == preset_for(name, SIZES[-1]) == preset(name)
