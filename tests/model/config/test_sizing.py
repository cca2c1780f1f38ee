"""The settings of ``best`` follow from the size of a log by one rule, and a sentence says why."""

import pytest

from model.config.presets import preset, preset_for
from model.config.sizing import LARGEST_BATCH, MOST_TARGETS, SMALLEST_BATCH, LogSize

SIZES = [
    LogSize(targets, users, products)
    for targets in (2, 300, 6_000, 100_000, 1_500_000, 60_000_000)
    for users in (1, targets // 3)
    for products in (2, 2_000, 1_000_000)
]
SIZED = {"batch_size", "learning_rate", "loss", "epochs", "early_stopping"}


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_size_has_settings_within_their_bounds(size: LogSize) -> None:
    config, sentence = preset_for("best", size)
    fixed = {key: value for key, value in config.as_dict().items() if key not in SIZED}
    assert fixed == {k: v for k, v in preset("best").as_dict().items() if k not in SIZED}
    assert SMALLEST_BATCH <= config.batch_size <= LARGEST_BATCH
    assert config.batch_size & (config.batch_size - 1) == 0
    assert 0 < config.early_stopping < config.epochs
    assert "\n" not in sentence


def test_larger_logs_have_larger_batches_and_fewer_epochs() -> None:
    configs = [
        preset_for("best", LogSize(targets, targets // 10, 5_000))[0]
        for targets in (10_000, 50_000, 200_000, 5_000_000)
    ]
    batches = [config.batch_size for config in configs]
    epochs = [config.epochs for config in configs]
    assert batches == sorted(set(batches))
    assert epochs == sorted(epochs, reverse=True)
    assert [config.learning_rate for config in configs] == sorted(
        config.learning_rate for config in configs
    )


@pytest.mark.parametrize("targets", [1_000_000, 2_000_000, 4_000_000])
def test_a_training_reads_no_more_targets_than_its_limit(targets: int) -> None:
    size = LogSize(targets, targets // 10, 5_000)
    config, _sentence = preset_for("best", size)
    assert config.epochs * size.training_targets <= MOST_TARGETS


def test_the_sentence_names_the_sizes_and_the_choices() -> None:
    _config, sentence = preset_for("best", LogSize(100_000, 943, 1_682))
    assert sentence == (
        "Chosen for about 79,057 training targets: batches of 512 give 155 steps an epoch, with a"
        " learning rate of 0.0020; a full softmax, since there are only 1,682 products; training"
        " ends after 8 epochs without a better one, at the latest after 100."
    )


@pytest.mark.parametrize("name", ["paper", "fast"])
def test_other_presets_are_the_same_for_every_size(name: str) -> None:
    assert preset_for(name, SIZES[0]) == preset_for(name, SIZES[-1]) == (preset(name), "")
