"""A finished run ranks products for any history, without its dataset and TensorFlow."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from data.preparation.sequences import FIRST
from model.config.settings import FEATURES
from model.sequences.features import missing
from model.sequences.split_data import split_dataset
from model.serving.predictor import Predictor
from tests.model.toys import imported, random_histories, save_untrained, small


@pytest.fixture(scope="module")
def run(toy_run: tuple[Path, Dataset]) -> Path:
    folder, _dataset = toy_run
    return folder


@pytest.fixture(scope="module")
def predictor(run: Path) -> Predictor:
    return Predictor(run)


def test_products_are_ranked_by_probability(predictor: Predictor) -> None:
    items = predictor.recommend(["p001", "p004"], k=7)
    assert [item.rank for item in items] == [1, 2, 3, 4, 5, 6, 7]
    probabilities = [item.probability for item in items]
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1


def test_the_probabilities_sum_to_one(predictor: Predictor) -> None:
    items = predictor.recommend(["p001"], k=10_000)
    assert len(items) == len(predictor.catalogue.products)
    assert sum(item.probability for item in items) == pytest.approx(1, abs=1e-4)


def test_an_item_has_the_fields_of_the_catalogue(predictor: Predictor) -> None:
    item = next(i for i in predictor.recommend(["p005"], k=100) if i.product == "p005")
    assert item.model_rank == item.rank
    assert item.as_dict() | {"rank": 0, "model_rank": 0, "probability": 0} == {
        "rank": 0,
        "model_rank": 0,
        "rules": [],
        "product": "p005",
        "title": None,
        "probability": 0,
        "brand": "brand2",
        "category": "group0.kind0",
        "price": 7.0,
        "repeat": True,
    }
    assert sum(i.repeat for i in predictor.recommend(["p005"], k=100)) == 1


def test_an_empty_history_gets_the_most_popular_products(predictor: Predictor) -> None:
    items = predictor.recommend([], k=5)
    assert [item.product for item in items] == predictor.catalogue.products[:5]


def test_seen_products_can_be_excluded(predictor: Predictor) -> None:
    history = predictor.catalogue.products[:3]
    items = predictor.recommend(history, k=100, exclude_seen=True)
    assert not {item.product for item in items} & set(history)
    assert [item.rank for item in items] == list(range(1, len(items) + 1))


def test_a_ranking_can_be_restricted_to_some_products(predictor: Predictor) -> None:
    allowed = ["p007", "p002", "no such product"]
    items = predictor.recommend(["p001"], k=5, only=allowed)
    assert {item.product for item in items} == {"p007", "p002"}
    unrestricted = {i.product: i.probability for i in predictor.recommend(["p001"], k=100)}
    assert all(item.probability == pytest.approx(unrestricted[item.product]) for item in items)


def test_a_restriction_to_no_product_returns_none(predictor: Predictor) -> None:
    assert predictor.recommend(["p001"], only=[]) == []


@pytest.mark.parametrize("history", [["never seen"], ["p001", "never seen"], ["p001"] * 500])
def test_unknown_products_and_long_histories_are_accepted(
    predictor: Predictor, history: list[str]
) -> None:
    assert len(predictor.recommend(history, k=3)) == 3


def test_order_and_repetition_of_a_history_matter(predictor: Predictor) -> None:
    scores, reversed_scores, repeated_scores = (
        predictor.scores(h) for h in (["p001", "p009"], ["p009", "p001"], ["p001", "p009", "p009"])
    )
    assert np.abs(scores - reversed_scores).max() > 1e-6
    assert np.abs(scores - repeated_scores).max() > 1e-6


def test_the_price_of_an_event_matters_where_the_network_reads_prices(
    predictor: Predictor,
) -> None:
    history = ["p001", "p004"]
    default = predictor.scores_of_histories([history])
    known = [predictor.catalogue.describe(product).price for product in history]
    same = predictor.scores_of_histories([history, history], [[None, None], known])
    other = predictor.scores_of_histories([history], [[None, 1_000.0]])
    np.testing.assert_array_equal(same, np.repeat(default, 2, axis=0))
    assert (np.abs(other - default).max() > 1e-6) == ("price" in predictor.features)


def test_a_list_of_products_has_product_features_and_no_context_features(
    tmp_path: Path,
) -> None:
    dataset = imported(Store(Home(tmp_path / "home")), random_histories(100, 30), tmp_path)
    config = small(features=FEATURES, normalise_features=True)
    save_untrained(config, dataset, tmp_path / "run")
    predictor = Predictor(tmp_path / "run")
    columns = predictor.inputs.of_products([["p005", "never seen"]]).columns
    for name in ("hour", "weekday", "gap"):
        assert (columns[name] == missing(name)).all()
    assert (columns["type"] == predictor.types.codes([None])).all()
    task = split_dataset(config, dataset)
    assert (columns["type"] == task.columns["type"][0]).all(), "by default the predicted type"
    same = np.flatnonzero(task.columns["product"] == columns["product"][0])[0]
    for name in ("category_1", "category_2", "relative_price"):
        assert columns[name][0] == task.columns[name][same]
        assert columns[name][1] == missing(name)
    assert sum(item.probability for item in predictor.recommend(["p005"], k=99)) == pytest.approx(
        1, abs=1e-4
    )


def test_a_list_with_times_has_the_context_features_of_training(tmp_path: Path) -> None:
    dataset = imported(Store(Home(tmp_path / "home")), random_histories(100, 30), tmp_path)
    config = small(features=FEATURES)
    save_untrained(config, dataset, tmp_path / "run")
    task = split_dataset(config, dataset)
    products = np.array(task.sequences.products.ids)[task.columns["product"] - FIRST]
    rows = [slice(*task.sequences.offsets[buyer : buyer + 2]) for buyer in (0, 1)]
    columns = (
        Predictor(tmp_path / "run")
        .inputs.of_products(
            [products[row].tolist() for row in rows] + [[]],
            times=[task.columns["time"][row].tolist() for row in rows] + [[]],
        )
        .columns
    )
    for name in ("hour", "weekday", "gap"):
        expected = np.concatenate([task.columns[name][row] for row in rows])
        np.testing.assert_array_equal(columns[name], expected)


def test_k_below_one_is_refused(predictor: Predictor) -> None:
    with pytest.raises(BadInput, match="k cannot be"):
        predictor.recommend(["p001"], k=0)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        Predictor(tmp_path)


def test_a_prediction_needs_neither_tensorflow_nor_keras(run: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from model.serving.predictor import Predictor;"
        f"Predictor(Path({str(run)!r})).recommend(['p001']);"
        "sys.exit(bool({'tensorflow', 'keras', 'tf2onnx'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
