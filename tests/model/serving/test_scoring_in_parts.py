"""Lists of all buyers in parts: what is finished outlives the process that has computed it."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from data.checksums import FILE as CHECKSUMS
from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.home import Home
from model.serving import part_scoring
from model.serving.batch_scoring import score
from model.serving.equal_histories import history_keys
from model.serving.onnx_model import OnnxRecommender
from model.serving.predictor import Predictor
from model.serving.ranked_part import PLAN, PartFolder
from tests.model.conftest import HISTORIES
from tests.model.toys import imported, random_histories, save_untrained, small

PARTS = 6
BUYERS_A_PART = len(HISTORIES) // PARTS
KILLED = """
import os, signal, sys
from pathlib import Path
from data.datasets.store import Store
from data.home import Home
from model.serving import part_scoring
from model.serving.batch_scoring import score
part_scoring.BLOCK_SIZE, part_scoring.PART_BLOCKS = 10, 2
home, run, out = (Path(word) for word in sys.argv[1:])
kept = []
def on_kept():
    kept.append(1)
    if len(kept) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
score(run, Store(Home(home)).open("toy"), out, kept=out.parent / "kept", on_kept=on_kept)
"""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two blocks."""
    monkeypatch.setattr(part_scoring, "BLOCK_SIZE", BUYERS_A_PART // 2)
    monkeypatch.setattr(part_scoring, "PART_BLOCKS", 2)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each user's list was computed since."""
    counts = Counter[str]()
    start = part_scoring.PartScoring._start

    def counted(self, part, users, histories):  # type: ignore[no-untyped-def]
        counts.update(users.tolist())
        return start(self, part, users, histories)

    monkeypatch.setattr(part_scoring.PartScoring, "_start", counted)
    return counts


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_what_a_killed_process_had_finished_is_not_computed_again(
    toy_run: tuple[Path, Dataset], tmp_path: Path, computed: Counter[str], suffix: str
) -> None:
    run, dataset = toy_run
    whole, file = tmp_path / f"whole{suffix}", tmp_path / f"lists{suffix}"
    assert score(run, dataset, whole) == len(HISTORIES)
    computed.clear()
    home = dataset.path.parents[2]
    words = [sys.executable, "-c", KILLED, *map(str, (home, run, file))]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert not file.exists()
    parts = sorted(path.name for path in (tmp_path / "kept").glob("part-*"))
    assert parts == ["part-00000.npz", "part-00001.npz"]

    assert score(run, dataset, file, kept=tmp_path / "kept") == len(HISTORIES)
    assert set(computed.values()) == {1}
    assert len(computed) == len(HISTORIES) - 2 * BUYERS_A_PART
    assert file.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "kept").exists()


def _stop_after(number: int, toy_run: tuple[Path, Dataset], file: Path, **words: object) -> None:
    """Score until this many parts are kept."""

    class Enough(Exception):
        pass

    kept: list[int] = []

    def on_kept() -> None:
        kept.append(1)
        if len(kept) == number:
            raise Enough

    run, dataset = toy_run
    with pytest.raises(Enough):
        score(run, dataset, file, kept=file.parent / "kept", on_kept=on_kept, **words)  # type: ignore[arg-type]


def test_parts_of_other_lists_are_not_taken(
    toy_run: tuple[Path, Dataset], tmp_path: Path, computed: Counter[str]
) -> None:
    run, dataset = toy_run
    whole, file = tmp_path / "whole.parquet", tmp_path / "lists.parquet"
    score(run, dataset, whole, exclude_seen=True)
    _stop_after(2, toy_run, file)
    computed.clear()
    score(run, dataset, file, kept=tmp_path / "kept", exclude_seen=True)
    assert len(computed) == len(HISTORIES)
    assert file.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("name", ["part-00001.npz", PLAN, CHECKSUMS])
def test_a_damaged_part_is_computed_again(
    toy_run: tuple[Path, Dataset], tmp_path: Path, computed: Counter[str], name: str
) -> None:
    run, dataset = toy_run
    whole, file = tmp_path / "whole.parquet", tmp_path / "lists.parquet"
    score(run, dataset, whole)
    _stop_after(2, toy_run, file)
    content = bytearray((tmp_path / "kept" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "kept" / name).write_bytes(content)
    computed.clear()
    score(run, dataset, file, kept=tmp_path / "kept")
    assert len(computed) >= len(HISTORIES) - BUYERS_A_PART
    assert file.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "kept").exists()


def test_a_folder_keeps_what_it_has_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    PartFolder(tmp_path, {}).remove()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_lists_of_few_buyers_keep_nothing(
    toy_run: tuple[Path, Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_scoring, "BLOCK_SIZE", len(HISTORIES))
    kept: list[None] = []
    run, dataset = toy_run
    score(
        run, dataset, tmp_path / "a.csv", kept=tmp_path / "kept", on_kept=lambda: kept.append(None)
    )
    assert kept == []


def test_equal_histories_have_one_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buyers have one of ten histories; the network that reads no times ranks for ten of them."""
    monkeypatch.setattr(part_scoring, "BLOCK_SIZE", 16)
    monkeypatch.setattr(part_scoring, "PART_BLOCKS", 1_000)
    log = random_histories(10, 30)
    dataset = imported(Store(Home(tmp_path / "home")), [*log, *log, *log, *log], tmp_path)
    save_untrained(small(), dataset, tmp_path / "run", nonzero=True)
    ranked: list[int] = []
    scores = OnnxRecommender.scores

    def counted(self, histories):  # type: ignore[no-untyped-def]
        ranked.append(len(histories))
        return scores(self, histories)

    monkeypatch.setattr(OnnxRecommender, "scores", counted)
    score(tmp_path / "run", dataset, tmp_path / "lists.parquet", k=5)
    assert sum(ranked) == 10
    lists = pd.read_parquet(tmp_path / "lists.parquet")
    assert lists["user"].nunique() == 40
    by_user = lists.groupby("user")[["product", "probability"]].agg(tuple)
    assert len(set(by_user.itertuples(index=False, name=None))) == 10


def test_a_network_that_reads_times_has_lists_of_its_own_for_each_time(
    toy_run: tuple[Path, Dataset], tmp_path: Path
) -> None:
    _run, dataset = toy_run
    save_untrained(small(features=("product", "hour")), dataset, tmp_path / "run")
    model = Predictor(tmp_path / "run")
    assert model.recommender.reads_times
    inputs = model.inputs.of_products([["p001"], ["p001"]], times=[[0], [10**12]])
    timed = history_keys(inputs, times=True)
    assert timed[0] != timed[1]
    assert len(set(history_keys(inputs, times=False))) == 1


def test_histories_that_differ_have_other_keys(toy_run: tuple[Path, Dataset]) -> None:
    """In order, length, type of an event, and attribute of the buyer."""
    model = Predictor(toy_run[0])
    names = [["p001", "p002"], ["p002", "p001"], ["p001"], ["p001", "p001"], ["p001", "p002"]]
    keys = history_keys(model.inputs.of_products(names), times=True)
    assert keys[0] == keys[4]
    assert len(set(keys)) == 4
