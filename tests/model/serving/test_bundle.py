"""A bundle works without Vitrina and ranks as the run does."""

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.datasets.store import Store
from data.errors import BadInput, Damaged
from data.home import Home
from data.preparation.preparation import Preparation
from data.preparation.sequences import FIRST, to_microseconds
from model.baselines import BASELINES
from model.baselines.base import Baseline
from model.baselines.popularity import Popularity
from model.blend import blend_numpy
from model.blend.blend import Blend
from model.blend.conditional_logit import BlendWeights
from model.blend.popularity_strata import EDGES
from model.networks import embedding, repeat_head
from model.registry import NETWORKS
from model.run_folder import RunFolder
from model.sequences.event_types import EventTypes
from model.sequences.split_data import SplitData, split_dataset, split_prepared
from model.serving import bundle
from model.serving.bundle import export
from model.serving.bundle_example import example
from model.serving.predictor import Predictor
from model.serving.rules.resolve import resolve
from model.serving.rules.rules_numpy import DAY
from model.serving.rules.settings import Rules
from model.training.trainer import train
from tests.model.baselines.baskets import history_of
from tests.model.toys import (
    buyer_table,
    imported,
    prepared,
    random_histories,
    save_blend,
    save_untrained,
    small,
)
from tests.model.training.test_trainer import Notes, never

# Runs a program in a process that can import the standard library, NumPy and onnxruntime only;
# the first argument is the program, the others are its arguments.
FENCE = """
import builtins, runpy, sys
whole = builtins.__import__
BUNDLE = {"blend", "numpy_models", "repeats_numpy", "asking_numpy", "attributes_numpy"}
BUNDLE |= {"rules_numpy"}
OPEN = {"numpy", "onnxruntime", "ml_dtypes"} | BUNDLE | set(sys.stdlib_module_names)
def fenced(name, *rest, **more):
    asker = ((rest[0] if rest else None) or {}).get("__name__", "").partition(".")[0]
    relative = rest[3:] and rest[3]
    if relative or name.partition(".")[0] in OPEN or asker in OPEN - BUNDLE:
        return whole(name, *rest, **more)
    raise ImportError(name)
builtins.__import__ = fenced
sys.argv = sys.argv[1:]
sys.path[0] = sys.argv[0].rpartition("/")[0]
runpy.run_path(sys.argv[0], run_name="__main__")
foreign = {"scipy", "pandas", "keras", "tensorflow", "onnx", "model", "data"} & set(sys.modules)
sys.exit(f"imported {foreign}" if foreign else 0)
"""

HISTORIES = ([], ["p001"], ["p004", "p000", "p004"], ["never seen", "p002"], ["p003", "p001"] * 150)


@pytest.fixture(
    scope="module",
    params=[pytest.param(False, marks=pytest.mark.slow), True],
    ids=["network", "blend"],
)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    store, log = Store(Home(folder / "home")), random_histories(100, 30)
    dataset = imported(store, log, folder, buyers=buyer_table(100))
    config = small(
        repeat_head=not request.param,
        transition_head=not request.param,
        asking_time=not request.param,
        buyer_attributes=not request.param,
        features="product,brand,category,price",
    )
    train(config, dataset, folder / "run", Notes(), never)
    if request.param:
        baselines = ("popularity", "markov", "repurchase", "item neighbours", "affinity")
        save_blend(RunFolder(folder / "run"), split_dataset(config, dataset), *baselines)
    return folder / "run"


def answer(bundle: Path, history: list[str]) -> list[tuple[str, float]]:
    """Return the products and probabilities that the example prints."""
    words = [sys.executable, "-c", FENCE, str(bundle / "example.py"), *history]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return [(name, float(probability)) for name, probability in rows]


def test_the_example_ranks_as_the_run_does(run: Path, tmp_path: Path) -> None:
    export(run, tmp_path / "bundle")
    predictor = Predictor(run)
    for history in HISTORIES:
        expected = predictor.recommend(history, k=10)
        rows = answer(tmp_path / "bundle", history)
        assert [name for name, _probability in rows] == [item.product for item in expected]
        probabilities = [item.probability for item in expected]
        assert [value for _name, value in rows] == pytest.approx(probabilities, abs=2e-6)


def test_the_example_knows_the_attributes_of_a_buyer_as_the_run_does(
    run: Path, tmp_path: Path
) -> None:
    if not export(run, tmp_path / "bundle")["buyer"]:
        pytest.skip("the model does not read attributes of buyers")
    predictor = Predictor(run)
    nothing = answer(tmp_path / "bundle", ["p001"])
    for buyer in ({"age": "31", "sex": "M"}, {"sex": "F"}, {"sex": "never seen"}):
        expected = predictor.recommend(["p001"], k=10, buyer=buyer)
        words = [word for pair in buyer.items() for word in ("--buyer", "=".join(pair))]
        rows = answer(tmp_path / "bundle", [*words, "p001"])
        assert [name for name, _probability in rows] == [item.product for item in expected]
        probabilities = [item.probability for item in expected]
        assert [value for _name, value in rows] == pytest.approx(probabilities, abs=2e-6)
        assert (rows == nothing) == (buyer == {"sex": "never seen"})
    assert "`--buyer NAME=VALUE`" in (tmp_path / "bundle" / "README.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, entry in NETWORKS.items() if entry.columns])
def test_a_bundle_has_the_columns_that_its_network_reads_beside_the_features(
    name: str, tmp_path: Path
) -> None:
    dataset = imported(Store(Home(tmp_path / "home")), random_histories(60, 30), tmp_path)
    save_untrained(small(network=name), dataset, tmp_path / "run")
    export(tmp_path / "run", tmp_path / "bundle")
    history = ["p004", "p000", "p004", "never seen"]
    expected = Predictor(tmp_path / "run").recommend(history, k=10)
    rows = answer(tmp_path / "bundle", history)
    assert [product for product, _probability in rows] == [item.product for item in expected]


def test_a_run_of_a_version_with_fewer_candidate_features_ranks_as_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = imported(Store(Home(tmp_path / "home")), random_histories(60, 30), tmp_path)
    for module in (embedding, repeat_head):
        monkeypatch.setattr(module, "FEATURES", 13)
    save_untrained(small(repeat_head=True), dataset, tmp_path / "run")
    monkeypatch.undo()
    assert export(tmp_path / "run", tmp_path / "bundle")["candidate_features"] == 13
    history = ["p004", "p000", "p004", "never seen"]
    expected = Predictor(tmp_path / "run").recommend(history, k=10)
    rows = answer(tmp_path / "bundle", history)
    assert [product for product, _probability in rows] == [item.product for item in expected]


def test_the_example_ranks_as_of_a_time_as_the_run_does(run: Path, tmp_path: Path) -> None:
    if not export(run, tmp_path / "bundle")["asking_time"]:
        pytest.skip("the network does not know the time of asking")
    predictor, moment = Predictor(run), datetime(2019, 11, 30, 18, 0)
    expected = predictor.recommend(["p001"], k=10, at=to_microseconds(moment))
    rows = answer(tmp_path / "bundle", ["--at", "2019-11-30T18:00", "p001"])
    probabilities = [item.probability for item in expected]
    assert [value for _name, value in rows] == pytest.approx(probabilities, abs=2e-6)
    at_any_time = [item.probability for item in predictor.recommend(["p001"], k=10)]
    assert probabilities != pytest.approx(at_any_time, abs=1e-6)


@pytest.fixture(scope="module")
def timed_blend(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose blend has a member that reads the times of the history."""
    folder = tmp_path_factory.mktemp("timed")
    dataset = imported(Store(Home(folder / "home")), random_histories(60, 30), folder)
    save_untrained(small(), dataset, folder / "run")
    save_blend(RunFolder(folder / "run"), split_dataset(small(), dataset), "tifu-knn")
    return folder / "run"


@pytest.mark.parametrize("change", ["a flipped bit", "deleted"])
@pytest.mark.parametrize("name", ["blend.npz", "model.onnx", "model.keras", "event_types.json"])
def test_a_damaged_run_neither_serves_another_model_nor_becomes_a_bundle(
    timed_blend: Path, tmp_path: Path, name: str, change: str
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(timed_blend, folder)
    content = bytearray((folder / name).read_bytes())
    (folder / name).unlink()
    sentence = f"{name} of run run is {'missing' if change == 'deleted' else 'damaged'}"
    if change != "deleted":
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
    with pytest.raises(Damaged, match=sentence):
        export(folder, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()
    if name != "model.keras":
        with pytest.raises(Damaged, match=sentence):
            Predictor(folder)


def test_a_blend_that_reads_times_ranks_by_them_as_the_run_does(
    timed_blend: Path, tmp_path: Path
) -> None:
    assert export(timed_blend, tmp_path / "bundle")["times"]
    history, predictor = ["p004", "p000", "p002"], Predictor(timed_blend)
    one_basket = ["2024-01-01T10:00", "2024-01-01T10:05", "2024-01-01T10:10"]
    found = []
    for times in ([], one_basket):
        moments = [to_microseconds(datetime.fromisoformat(time)) for time in times] or None
        expected = predictor.recommend(history, k=10, times=moments)
        options = ["--times", ",".join(times)] if times else []
        rows = answer(tmp_path / "bundle", [*options, *history])
        found.append([probability for _name, probability in rows])
        assert [name for name, _probability in rows] == [item.product for item in expected]
        assert found[-1] == pytest.approx([item.probability for item in expected], abs=2e-6)
    assert found[0] != pytest.approx(found[1], abs=1e-4)


def test_under_rules_the_example_knows_the_times_as_the_run_does(run: Path, tmp_path: Path) -> None:
    predictor, day = Predictor(run), np.datetime64("2024-01-01T10:00", "us")
    end = int(day.astype(np.int64)) + 30 * DAY
    dataset = Store(Home(run.parent / "home")).open("toy")
    rules = resolve(Rules(recent_days=9), dataset, predictor.catalogue.table, Preparation()).tables
    export(run, tmp_path / "bundle", rules=rules, placement={"name": "home-page", "rules": {}})
    history = ["p004", "p000", "never seen", "p004", "p001"]
    times = [day + np.timedelta64(days, "D") for days in (0, 9, 10, 20, 24)]
    expected = predictor.recommend_by_rules(
        rules, history, times=[int(time.astype(np.int64)) for time in times], at=end
    )
    rows = answer(
        tmp_path / "bundle",
        [
            *("--at", str(np.datetime64(end, "us"))),
            *("--times", ",".join(map(str, times))),
            *history,
        ],
    )
    assert expected.removed == {"recent": 1}
    assert [name for name, _probability in rows] == [item.product for item in expected.items]
    probabilities = [item.probability for item in expected.items]
    assert [value for _name, value in rows] == pytest.approx(probabilities, abs=2e-6)


def test_the_example_names_products_that_it_does_not_know(run: Path, tmp_path: Path) -> None:
    export(run, tmp_path / "bundle")
    words = [sys.executable, str(tmp_path / "bundle" / "example.py"), "never, seen", "p002"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert done.stderr == "never, seen is unknown\n"


def test_the_bundle_names_the_model_that_it_serves(run: Path, tmp_path: Path) -> None:
    about = export(run, tmp_path / "bundle")
    assert json.loads((tmp_path / "bundle" / "bundle.json").read_text()) == about
    blended = (run / "blend.npz").exists()
    assert about["serves"] == ("blend" if blended else "network")
    assert (tmp_path / "bundle" / "blend.py").exists() == blended
    readme = (tmp_path / "bundle" / "README.md").read_text()
    assert ("model.onnx` alone" in readme) == blended


def test_a_folder_that_is_not_empty_is_refused(run: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(BadInput, match="not empty"):
        export(run, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("was_there", [False, True])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_export_that_fails_leaves_nothing(
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    was_there: bool,
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    out = tmp_path / "bundle"
    if was_there:
        out.mkdir()
    monkeypatch.setattr(bundle, "_write_catalogue", fail)
    with pytest.raises(type(error)):
        export(run, out)
    assert out.exists() == was_there
    assert [*tmp_path.rglob("*.*")] == []


def test_a_run_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(BadInput):
        export(tmp_path / "run", tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("blended", [False, True])
def test_the_example_has_twenty_lines_at_most(blended: bool) -> None:
    about = {"serves": "blend" if blended else "network", "reads": ["product"], "latest": 20}
    about |= {"repeats": False, "asking_time": False, "times": False}
    about |= {"buyer": [], "network_reads_buyer": False}
    about["event_types"] = EventTypes(("purchase",), ("purchase",)).as_dict()
    assert len(example(about).splitlines()) <= 20


@pytest.fixture(scope="module")
def task() -> SplitData:
    log = prepared(random_histories(150, 60, longest=30), buyers=buyer_table(150))
    return split_prepared(log, small())


def grid() -> list[tuple[str, dict[str, float]]]:
    """Every baseline with ``numpy_scores``, and each of its hyperparameters."""
    models = {name: BASELINES.load(name) for name in BASELINES}
    return [
        (name, settings)
        for name, model in models.items()
        if model.has_numpy_scores()
        for settings in model.grid or ({},)
    ]


def numpy_version(model: type[Baseline]) -> Any:
    """Return what the bundle's ``blend.py`` says of a baseline."""
    return model.numpy_scores, model.probabilistic


@pytest.mark.slow
@pytest.mark.parametrize(("name", "settings"), grid())
def test_a_baseline_has_the_same_scores_in_numpy(
    name: str, settings: dict[str, float], task: SplitData, tmp_path: Path
) -> None:
    member = BASELINES.load(name)(**settings)
    member.fit(task.buyers, task.products)
    weights = [
        BlendWeights(np.ones(1), np.array([1.0, 0.3]), np.array([0.8, 0.5]), 0.2 + stratum)
        for stratum in range(len(EDGES) + 1)
    ]
    counts = np.arange(task.products) * 2
    Blend([member], weights, np.full(1, 0.7), counts).save(RunFolder(tmp_path))
    in_numpy = blend_numpy.Blend(tmp_path / "blend.npz", {name: numpy_version(type(member))})
    blend = Blend.load(RunFolder(tmp_path), Popularity())
    histories = task.histories(task.split.test[:40])
    expected = blend.scores(histories)
    for row in range(len(histories)):
        network = np.zeros(task.products, dtype=np.float32)
        scores = in_numpy.scores(network, history_of(histories, row))
        # Of sums that nearly cancel out, the logarithm shows the order in which they were added.
        tolerance = 2e-3 if name in {"matrix factorisation", "weighted als"} else 2e-5
        np.testing.assert_allclose(scores, expected[row], rtol=2e-5, atol=tolerance)
        assert scores.dtype == np.float32


def test_the_strata_have_the_same_edges_in_numpy() -> None:
    assert blend_numpy.EDGES == EDGES


def test_product_codes_are_the_same_in_a_bundle(run: Path, tmp_path: Path) -> None:
    export(run, tmp_path / "bundle")
    catalogue = np.load(tmp_path / "bundle" / "catalogue.npz")
    assert catalogue["name"][FIRST:].tolist() == Predictor(run).catalogue.products
