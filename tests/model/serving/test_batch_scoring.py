"""Batch scoring writes the lists that each user would get alone, atomically."""

import csv
import time
from concurrent.futures import Future
from pathlib import Path
from threading import Event

import numpy as np
import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput, Cancelled
from data.home import Home
from data.preparation.preparation import Preparation
from data.preparation.sequences import to_microseconds
from data.preparation.user_history import histories, history, last_time
from model.kernels.threads import thread_pool
from model.serving import part_scoring
from model.serving.batch_scoring import score
from model.serving.predictor import Predictor
from tests.model.conftest import FORMULA, HISTORIES
from tests.model.toys import buyer_table, imported, random_histories, save_untrained, small

PATIENCE = 30.0


def test_every_user_has_the_list_of_a_single_recommendation(
    toy_run: tuple[Path, Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_scoring, "BLOCK_SIZE", 16)
    monkeypatch.setattr("data.preparation.user_history.BATCH_ROWS", 50)
    run, dataset = toy_run
    count = score(run, dataset, tmp_path / "lists.parquet", k=7)
    lists = pd.read_parquet(tmp_path / "lists.parquet")
    assert count == lists["user"].nunique() == len(HISTORIES)
    model = Predictor(run)
    for user, rows in lists.groupby("user"):
        alone = history(dataset, model.preparation, str(user))["product"].tolist()
        expected = model.recommend(alone, k=7)
        assert rows["product"].tolist() == [item.product for item in expected]
        assert rows["rank"].tolist() == [1, 2, 3, 4, 5, 6, 7]
        assert rows["repeat"].tolist() == [item.repeat for item in expected]
        assert rows["brand"].tolist() == [item.brand for item in expected]
        assert rows["price"].tolist() == [item.price for item in expected]
        np.testing.assert_allclose(
            rows["probability"], [item.probability for item in expected], rtol=1e-5
        )


def test_every_user_is_known_by_the_table_of_buyers(tmp_path: Path) -> None:
    buyers = buyer_table(60)
    store, log = Store(Home(tmp_path / "home")), random_histories(60, 30)
    dataset = imported(store, log, tmp_path, buyers=buyers)
    save_untrained(small(buyer_attributes=True), dataset, tmp_path / "run", nonzero=True)
    score(tmp_path / "run", dataset, tmp_path / "lists.parquet", k=7)
    lists = pd.read_parquet(tmp_path / "lists.parquet")
    model = Predictor(tmp_path / "run")
    known = buyers.rows.to_dict("index")
    for user, rows in list(lists.groupby("user"))[:20]:
        alone = history(dataset, model.preparation, str(user))["product"].tolist()
        at = to_microseconds(last_time(dataset))
        expected = model.recommend(alone, k=7, at=at, buyer=known[user])
        assert rows["product"].tolist() == [item.product for item in expected]
        unknown = model.recommend(alone, k=7, at=at)
        assert [item.probability for item in expected] != [item.probability for item in unknown]


def test_seen_products_can_be_excluded(toy_run: tuple[Path, Dataset], tmp_path: Path) -> None:
    run, dataset = toy_run
    score(run, dataset, tmp_path / "lists.parquet", k=1_000, exclude_seen=True)
    lists = pd.read_parquet(tmp_path / "lists.parquet")
    assert not lists["repeat"].any()
    model = Predictor(run)
    for user, rows in list(lists.groupby("user"))[:10]:
        known = set(history(dataset, model.preparation, str(user))["product"]) & set(
            model.catalogue.products
        )
        assert set(rows["product"]) == set(model.catalogue.products) - known


def test_text_in_a_csv_file_is_no_formula(toy_run: tuple[Path, Dataset], tmp_path: Path) -> None:
    run, dataset = toy_run
    score(run, dataset, tmp_path / "lists.csv", k=1_000)
    with (tmp_path / "lists.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert f"'{FORMULA}" in {row["product"] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_progress_is_reported_and_a_stopped_scoring_leaves_no_file(
    toy_run: tuple[Path, Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_scoring, "BLOCK_SIZE", 20)
    run, dataset = toy_run
    progress: list[tuple[int, int]] = []
    with pytest.raises(Cancelled):
        score(
            run,
            dataset,
            tmp_path / "lists.parquet",
            on_progress=lambda done, total: progress.append((done, total)),
            should_stop=lambda: len(progress) == 2,
        )
    assert progress == [(20, len(HISTORIES)), (40, len(HISTORIES))]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "k", "words"),
    [("lists.txt", 20, "parquet"), ("lists.csv", 0, "k cannot be"), ("no/lists.csv", 20, "folder")],
)
def test_an_invalid_file_or_k_is_refused(
    toy_run: tuple[Path, Dataset], tmp_path: Path, name: str, k: int, words: str
) -> None:
    run, dataset = toy_run
    with pytest.raises(BadInput, match=words):
        score(run, dataset, tmp_path / name, k=k)


def test_histories_read_in_batches_equal_those_read_one_by_one(tmp_path: Path) -> None:
    names = [["a", "a", "b"], ["b"], ["c", "b", "b", "b", "a"]]
    dataset = imported(Store(Home(tmp_path / "home")), names, tmp_path)
    for preparation in (Preparation(), Preparation(merge_session_repeats=True)):
        table = pd.concat(list(histories(dataset, preparation)))
        for user, rows in table.groupby("user"):
            alone = history(dataset, preparation, str(user))
            assert rows["product"].tolist() == alone["product"].tolist()


def test_tasks_that_have_not_started_are_cancelled_with_the_scoring() -> None:
    """The only thread is busy until the task queued behind its own is cancelled."""
    waiting: list[Future[None]] = []
    started, known = Event(), Event()

    def busy() -> None:
        started.set()
        known.wait(PATIENCE)
        late = time.monotonic() + PATIENCE
        while not waiting[0].cancelled() and time.monotonic() < late:
            time.sleep(0.001)

    with pytest.raises(Cancelled), thread_pool(1) as pool:
        pool.submit(busy)
        started.wait(PATIENCE)
        waiting.append(pool.submit(lambda: None))
        known.set()
        raise Cancelled
    assert waiting[0].cancelled()
