"""Windows: every target once, each read with the right past, little padding."""

import numpy as np
import pytest

from data.preparation.sequences import FIRST
from model.sequences.histories import Histories
from model.sequences.split_data import SplitData, split_prepared
from model.sequences.windows import TrainingBatch, Windows, target_windows, training_windows
from tests.model.toys import prepared, random_histories, small


@pytest.fixture(scope="module")
def task() -> SplitData:
    return split_prepared(
        prepared(random_histories(80, 30, longest=40)), small(protocol="temporal")
    )


def pairs(batch: TrainingBatch) -> list[tuple[tuple[int, ...], int]]:
    """Return what is read before each prediction, and the answer."""
    width = batch.inputs["product"].shape[1]
    found = []
    positions = batch.position[batch.state].tolist()
    for place, answer in zip(positions, batch.target.tolist(), strict=True):
        window, event = divmod(place, width)
        assert event < batch.inputs["length"][window], "a prediction on padding"
        found.append((tuple(batch.inputs["product"][window, : event + 1].tolist()), answer))
    return found


def all_pairs(windows: Windows, budget: int = 100) -> list[tuple[tuple[int, ...], int]]:
    return [pair for batch in windows.batches(("product",), budget) for pair in pairs(batch)]


def test_training_meets_every_position_once(task: SplitData) -> None:
    random = np.random.default_rng(0)
    for length in (1, 4, 7, 100):
        windows = training_windows(task.buyers, length, random)
        assert windows.histories.lengths.max() <= length
        expected = [
            int(code) - FIRST
            for start, stop in zip(task.buyers.start, task.buyers.stop, strict=True)
            for code in task.buyers.columns["product"][start + 1 : stop]
        ]
        assert sorted(answer for _read, answer in all_pairs(windows)) == sorted(expected)


def test_long_histories_are_cut_elsewhere_in_another_epoch(task: SplitData) -> None:
    first = training_windows(task.buyers, 5, np.random.default_rng(1))
    second = training_windows(task.buyers, 5, np.random.default_rng(2))
    assert not np.array_equal(first.histories.start, second.histories.start)


@pytest.mark.parametrize("length", [1, 3, 100])
def test_a_target_is_predicted_from_its_latest_events_and_no_more(
    task: SplitData, length: int
) -> None:
    targets = task.split.test
    windows = target_windows(task.histories(targets), targets, length)
    expected = []
    for start, target in zip(task.histories(targets).start, targets, strict=True):
        code = int(task.sequences.product[target])
        if code >= FIRST:
            past = task.sequences.product[max(start, target - length) : target]
            expected.append((tuple(past.tolist()), code - FIRST))
    assert sorted(all_pairs(windows)) == sorted(expected)


@pytest.mark.parametrize("length", [2, 100])
def test_the_targets_of_a_basket_have_one_window_and_one_state(length: int) -> None:
    histories = random_histories(80, 30, longest=40)
    task = split_prepared(prepared(histories), small(protocol="basket", moment="session"))
    targets = task.split.test
    windows = target_windows(task.histories(targets), targets, length)
    known = targets[task.sequences.product[targets] >= FIRST]
    baskets = len(np.unique(task.split.ends[known]))
    assert baskets < len(known)
    batches = list(windows.batches(("product",), 100))
    assert sum(len(batch.position) for batch in batches) == baskets
    if length == 2:
        assert len(windows.histories) == baskets
    expected = [
        (tuple(task.sequences.product[max(start, end - length) : end].tolist()), code - FIRST)
        for start, end, code in zip(
            task.histories(known).start,
            task.split.ends[known],
            task.sequences.product[known].tolist(),
            strict=True,
        )
    ]
    assert sorted(all_pairs(windows)) == sorted(expected)


def test_batches_keep_to_their_budget_and_waste_little(task: SplitData) -> None:
    windows = training_windows(task.buyers, 100, np.random.default_rng(0))
    read = held = 0
    for batch in windows.batches(("product",), 200, np.random.default_rng(0)):
        shape = batch.inputs["product"].shape
        assert shape[0] * shape[1] <= 200
        read += batch.inputs["length"].sum()
        held += shape[0] * shape[1]
    assert read / held > 0.8


def test_shuffling_is_fixed_by_its_seed(task: SplitData) -> None:
    windows = training_windows(task.buyers, 10, np.random.default_rng(0))
    one, same, other = (
        [b.target.tolist() for b in windows.batches(("product",), 64, np.random.default_rng(s))]
        for s in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_a_sample_holds_whole_windows(task: SplitData) -> None:
    windows = training_windows(task.buyers, 10, np.random.default_rng(0))
    few = windows.sample(50, np.random.default_rng(0))
    assert 10 < len(few.target) < 150
    assert set(all_pairs(few)) <= set(all_pairs(windows))


def test_padding_is_on_the_right_and_zero() -> None:
    columns = {"product": np.array([5, 6, 7], dtype=np.int32), "price": np.array([1, 2, 3.0])}
    batch = Histories(columns, np.array([0, 1]), np.array([1, 3])).padded(("product", "price"), 4)
    assert batch["product"].tolist() == [[5, 0, 0, 0], [6, 7, 0, 0]]
    assert batch["price"].tolist() == [[1, 0, 0, 0], [2, 3, 0, 0]]
    assert batch["length"].tolist() == [1, 2]
