"""One figure says which epoch of a training is the best one."""

import subprocess
import sys

from model.training.monitored import MONITORED, best_epoch


def epoch(number: int, figure: float | None, val_loss: float) -> dict[str, float | None]:
    return {"epoch": number, "val_loss": val_loss, MONITORED: figure}


def test_the_best_epoch_has_the_highest_ndcg_whatever_its_loss() -> None:
    history = [epoch(1, 0.040, 5.0), epoch(2, 0.050, 5.2), epoch(3, 0.045, 4.9)]
    assert best_epoch(history) == history[1]


def test_the_earlier_of_equal_epochs_is_the_best_one() -> None:
    assert best_epoch([epoch(1, 0.0, 5.0), epoch(2, 0.0, 4.0)])["epoch"] == 1


def test_an_epoch_without_the_figure_is_never_the_best_one() -> None:
    history = [{"epoch": 1, "val_loss": 1.0}, epoch(2, None, 1.0), epoch(3, 0.01, 9.0)]
    assert best_epoch(history)["epoch"] == 3
    assert best_epoch(history[:2]) == best_epoch([]) == {}


def test_the_figure_is_named_without_loading_a_network_library() -> None:
    code = (
        "import sys, model.training.monitored;"
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
