"""Test that a checkpoint gives back all that was saved, or says that it is damaged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import Damaged
from model.run_folder import RunFolder
from model.training import checkpoint
from model.training.best_members import BestMember


class _Variable:
    def assign(self, value: Any) -> None:
        self.value = np.array(value)


def _saved(folder: Path) -> RunFolder:
    run = RunFolder(folder)
    arrays = [np.full(3, float(i)) for i in range(4)]
    state = checkpoint.TrainingState(
        history=[{"loss": 1.0}],
        best_weights=arrays,
        best_epoch=1,
        best_members=[BestMember(1, 0.5, arrays)],
    )
    checkpoint.save(run, arrays, state)
    return run


def test_all_that_was_saved_is_restored(tmp_path: Path) -> None:
    run, variables = _saved(tmp_path), [_Variable() for _ in range(4)]
    state = checkpoint.restore(run, variables)
    assert [v.value.tolist() for v in variables] == [[float(i)] * 3 for i in range(4)]
    assert len(state.best_weights) == len(state.best_members[0].weights) == 4


@pytest.mark.parametrize("name", [b"best_1.npy", b"best_3.npy", b"member_0_2.npy", b"now_3.npy"])
def test_an_array_whose_name_has_a_flipped_bit_is_not_left_out(tmp_path: Path, name: bytes) -> None:
    run = _saved(tmp_path)
    file = tmp_path / checkpoint.FILE
    content = bytearray(file.read_bytes())
    content[content.rindex(name)] ^= 1  # the last place is in the archive's table of contents
    file.write_bytes(content)
    with pytest.raises(Damaged, match="checkpoint"):
        checkpoint.restore(run, [_Variable() for _ in range(4)])


def test_a_checkpoint_of_a_network_with_more_variables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="checkpoint"):
        checkpoint.restore(_saved(tmp_path), [_Variable() for _ in range(3)])
