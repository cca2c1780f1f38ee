"""What rules change on the test targets: nothing, everything, and figures that are known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.datasets.dataset import Dataset
from data.preparation.preparation import Preparation
from model.evaluation import rule_effect as module
from model.evaluation.rule_effect import rule_effect
from model.run_folder import RunFolder
from model.serving.rules.resolve import resolve
from model.serving.rules.settings import Rules

Toy = tuple[Path, Dataset]


def effect(toy: Toy, **rules: Any) -> dict[str, Any]:
    folder, dataset = toy
    catalogue = RunFolder(folder).vocabulary
    return rule_effect(
        folder, dataset, resolve(Rules(**rules), dataset, catalogue, Preparation()).tables
    )


def test_without_a_rule_the_figures_are_those_of_the_evaluation(toy_run: Toy) -> None:
    result = effect(toy_run)
    evaluation = RunFolder(toy_run[0]).read_json("evaluation.json")
    metrics = evaluation["models"][0]["metrics"]
    assert result["targets"] == result["all_targets"] == evaluation["targets"]
    for name in ("hr@10", "ndcg@10", "coverage@10"):
        assert result["without"][name] == pytest.approx(metrics[name])
    assert result["with"] == result["without"]
    assert result["difference"]["ndcg@10"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert result["difference"]["price"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert (result["left_out"], result["short"]) == ({}, 0)


def test_one_product_in_stock_makes_short_lists_of_its_price(toy_run: Toy) -> None:
    catalogue = RunFolder(toy_run[0]).vocabulary
    rare, price = catalogue["product"].iloc[-1], float(catalogue["price"].iloc[-1])
    result = effect(toy_run, stock_list=(rare,))
    assert result["short"] == result["lists"]
    assert result["with"]["coverage@10"] == pytest.approx(1 / len(catalogue))
    assert result["with"]["price"] == pytest.approx(price)
    change = price / result["without"]["price"] - 1
    assert result["difference"]["price"]["value"] == pytest.approx(change)
    difference = result["difference"]["ndcg@10"]
    assert difference["value"] == pytest.approx(
        result["with"]["ndcg@10"] - result["without"]["ndcg@10"]
    )
    assert difference["low"] <= difference["value"] <= difference["high"] < 0
    assert set(result["left_out"]) == {"stock"}


def test_a_sample_of_buyers_is_judged_with_all_of_their_targets(
    toy_run: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TARGETS", 10)
    result = effect(toy_run)
    assert result["targets"] == 10  # leave-one-out: one a buyer
    assert result["all_targets"] > 10


def test_positions_are_those_of_the_list() -> None:
    top = np.array([[4, 2, -1], [0, 1, 2]])
    positions = module._positions(top, np.array([0, 0, 1, 1]), np.array([2, 0, 0, -1]), 5)
    assert positions.tolist() == [2, 6, 1, 6]
