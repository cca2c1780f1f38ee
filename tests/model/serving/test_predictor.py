"""A finished run predicts by itself: for any history, without dataset and without TensorFlow."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from model.config.settings import FEATURES
from model.sequences.features import missing
from model.sequences.split_data import split_dataset
from model.serving.predictor import Predictor
from model.training.trainer import train
from tests.model.toys import imported, random_histories, small
from tests.model.training.test_trainer import Notes, never


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prediction")
    dataset = imported(Store(Home(folder / "home")), random_histories(100, 30), folder)
    train(small(), dataset, folder / "run", Notes(), never)
    return folder / "run"


@pytest.fixture(scope="module")
def predictor(run: Path) -> Predictor:
    return Predictor(run)


def test_products_are_ranked_by_probability(predictor: Predictor) -> None:
    items = predictor.recommend(["p001", "p004"], k=7)
    assert [item.rank for item in items] == [1, 2, 3, 4, 5, 6, 7]
    chances = [item.probability for item in items]
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1


def test_all_probabilities_together_make_one(predictor: Predictor) -> None:
    items = predictor.recommend(["p001"], k=10_000)
    assert len(items) == len(predictor.products)
    assert sum(item.probability for item in items) == pytest.approx(1, abs=1e-4)


def test_an_item_says_what_it_is(predictor: Predictor) -> None:
    item = next(i for i in predictor.recommend(["p005"], k=100) if i.product == "p005")
    assert item.as_dict() | {"rank": 0, "probability": 0} == {
        "rank": 0,
        "product": "p005",
        "probability": 0,
        "brand": "brand1",
        "category": "group2.kind5",
        "price": 6.0,
        "repeat": True,
    }
    assert sum(i.repeat for i in predictor.recommend(["p005"], k=100)) == 1


def test_an_empty_basket_gets_what_is_popular(predictor: Predictor) -> None:
    items = predictor.recommend([], k=5)
    assert [item.product for item in items] == predictor.products[:5]


def test_seen_products_can_be_left_out(predictor: Predictor) -> None:
    history = predictor.products[:3]
    items = predictor.recommend(history, k=100, exclude_seen=True)
    assert not {item.product for item in items} & set(history)
    assert [item.rank for item in items] == list(range(1, len(items) + 1))


def test_a_ranking_can_be_narrowed(predictor: Predictor) -> None:
    among = ["p007", "p002", "no such product"]
    items = predictor.recommend(["p001"], k=5, only=among)
    assert {item.product for item in items} == {"p007", "p002"}
    whole = {i.product: i.probability for i in predictor.recommend(["p001"], k=100)}
    assert all(item.probability == pytest.approx(whole[item.product]) for item in items)


def test_nothing_is_returned_where_nothing_is_left(predictor: Predictor) -> None:
    assert predictor.recommend(["p001"], only=[]) == []


@pytest.mark.parametrize("history", [["never seen"], ["p001", "never seen"], ["p001"] * 500])
def test_odd_histories_still_get_predictions(predictor: Predictor, history: list[str]) -> None:
    assert len(predictor.recommend(history, k=3)) == 3


def test_order_and_repetition_of_a_history_matter(predictor: Predictor) -> None:
    one, turned, twice = (
        predictor.scores(h) for h in (["p001", "p009"], ["p009", "p001"], ["p001", "p009", "p009"])
    )
    assert np.abs(one - turned).max() > 1e-6
    assert np.abs(one - twice).max() > 1e-6


def test_another_price_of_an_event_is_read_where_the_network_reads_prices(
    predictor: Predictor,
) -> None:
    history = ["p001", "p004"]
    usual = predictor.scores_of_histories([history])
    known = [predictor.describe(product).price for product in history]
    same = predictor.scores_of_histories([history, history], [[None, None], known])
    other = predictor.scores_of_histories([history], [[None, 1_000.0]])
    np.testing.assert_array_equal(same, np.repeat(usual, 2, axis=0))
    assert (np.abs(other - usual).max() > 1e-6) == ("price" in predictor.features)


def test_a_list_of_products_lacks_times_and_keeps_what_products_tell(
    tmp_path: Path,
) -> None:
    dataset = imported(Store(Home(tmp_path / "home")), random_histories(100, 30), tmp_path)
    config = small(features=FEATURES, normalise_features=True)
    train(config, dataset, tmp_path / "run", Notes(), never)
    predictor = Predictor(tmp_path / "run")
    told = predictor.histories([["p005", "never seen"]]).columns
    for name in ("type", "hour", "weekday", "gap"):
        assert (told[name] == missing(name)).all()
    task = split_dataset(config, dataset)
    same = np.flatnonzero(task.columns["product"] == told["product"][0])[0]
    for name in ("category_1", "category_2", "relative_price"):
        assert told[name][0] == task.columns[name][same]
        assert told[name][1] == missing(name)
    assert sum(item.probability for item in predictor.recommend(["p005"], k=99)) == pytest.approx(
        1, abs=1e-4
    )


def test_asking_for_no_product_is_refused(predictor: Predictor) -> None:
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
