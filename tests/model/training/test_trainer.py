"""A training leaves a finished run, stops when asked, and goes on as if it had not stopped."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput, Cancelled, VitrinaError
from data.home import Home
from data.i18n import percent
from data.importing.side_tables import attach_side_tables
from model.config.run_config import RunConfig
from model.evaluation.evaluate import evaluate_run, predict_targets
from model.evaluation.paired_bootstrap import read_ranks
from model.metrics.held_out import HeldOutTargets
from model.metrics.ranking import means, metrics_per_target
from model.networks.data_sizes import DataSizes
from model.networks.network import build
from model.phases import Phase
from model.run_folder import RunFolder
from model.sequences.split_data import split_dataset
from model.sequences.windows import training_windows
from model.serving.onnx_model import load_recommenders
from model.serving.predictor import Predictor
from model.training import running_means
from model.training.negative_sampling import NegativeSampler
from model.training.step import CompiledSteps
from model.training.trainer import NonFiniteLoss, Trainer, train
from tests.model.toys import buyer_table, imported, random_histories, small


@dataclass
class Notes:
    """A callback that records what it receives."""

    metrics: list[tuple[int, int | None, str, float]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    beats: int = 0
    numbers: dict[str, float] = field(default_factory=dict)
    phases: list[tuple[Phase, float | None]] = field(default_factory=list)

    def metric(self, epoch: int, step: int | None, name: str, value: float) -> None:
        self.metrics.append((epoch, step, name, value))

    def log(self, text: str) -> None:
        self.lines.append(text)

    def saved(self) -> None: ...

    def progress(self, **numbers: float) -> None:
        self.numbers |= numbers

    def phase(self, phase: Phase, share: float | None = None) -> None:
        self.phases.append((phase, share))

    def resumed(self, history: list[dict[str, Any]]) -> None:
        self.lines.append(f"resumed after {len(history)}")

    def heartbeat(self) -> None:
        self.beats += 1


def never() -> bool:
    return False


def run_epochs(
    config: RunConfig, dataset: Dataset, folder: Path, notes: Notes, *, resume: bool = False
) -> bool:
    """Train, without writing a model."""
    trainer = Trainer.create(config, dataset, folder, notes, never, resume=resume)
    if resume:
        trainer.restore()
    return trainer.run_epochs()


def fit(
    config: RunConfig, dataset: Dataset, folder: Path, notes: Notes, stop: Callable[[], bool]
) -> bool:
    """Train and write the model, without baselines and evaluation."""
    return Trainer.create(config, dataset, folder, notes, stop).fit()


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("training")
    return imported(Store(Home(folder / "home")), random_histories(150, 40), folder)


@pytest.fixture(scope="module")
def finished(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Notes]:
    folder, notes = tmp_path_factory.mktemp("runs") / "toy-1", Notes()
    assert train(small(epochs=3), dataset, folder, notes, never)
    return folder, notes


def test_a_finished_run_holds_open_formats_and_nothing_half_written(
    finished: tuple[Path, Notes],
) -> None:
    files = {file.name for file in finished[0].iterdir()}
    assert files == {
        "config.json", "record.json", "history.json", "evaluation.json",
        "model.keras", "model.onnx", "vocabulary.parquet", "checkpoint", "checksums.json",
        "outcomes.parquet", "exposure.parquet", "event_types.json",
    }  # fmt: skip


def test_every_phase_is_reported_with_a_share_that_grows_to_its_end(
    finished: tuple[Path, Notes],
) -> None:
    shares: dict[Phase, list[float]] = {}
    for phase, share in finished[1].phases:
        shares.setdefault(phase, []).extend([] if share is None else [share])
    assert list(shares) == [phase for phase in Phase if phase is not Phase.BLEND]
    for phase in (Phase.BASELINES, Phase.EVALUATION):
        assert shares[phase] == sorted(shares[phase])
        assert shares[phase][0] > 0
        assert shares[phase][-1] == pytest.approx(1.0)


@pytest.mark.slow
def test_a_run_that_is_resumed_keeps_the_attributes_that_it_began_with(tmp_path: Path) -> None:
    store, log = Store(Home(tmp_path / "home")), random_histories(60, 20)
    dataset = imported(store, log, tmp_path, buyers=buyer_table(60))
    config, notes, folder = small(buyer_attributes=True), Notes(), tmp_path / "run"
    assert fit(config, dataset, folder, notes, never)
    assert any("age, sex" in line for line in notes.lines)
    before = (folder / "buyer_attributes.json").read_text()
    (tmp_path / "users.csv").write_text("user_id,shoe\nu00001,44\nu00002,41\n", encoding="utf-8")
    replaced = attach_side_tables(store, "toy", buyers=tmp_path / "users.csv")
    again = config.override({"epochs": 2})
    assert run_epochs(again, replaced, folder, notes, resume=True)
    assert (folder / "buyer_attributes.json").read_text() == before


def test_a_network_is_built_without_attributes_where_a_dataset_has_none(
    dataset: Dataset, tmp_path: Path
) -> None:
    notes = Notes()
    trainer = Trainer.create(small(buyer_attributes=True), dataset, tmp_path, notes, never)
    assert not trainer.config.buyer_attributes
    assert any("no attributes" in line for line in notes.lines)
    assert not (tmp_path / "buyer_attributes.json").exists()


@pytest.mark.parametrize("repeats", [True, False])
def test_the_log_and_the_record_say_whether_products_repeat(tmp_path: Path, repeats: bool) -> None:
    histories = random_histories(60, 20) if repeats else [["p1", "p2", "p3", "p4"]] * 40
    dataset = imported(Store(Home(tmp_path / "home")), histories, tmp_path)
    notes, folder = Notes(), tmp_path / "run"
    Trainer.create(small(repeat_head=True), dataset, folder, notes, never)
    share = json.loads((folder / "record.json").read_text())["repeat_share"]
    assert json.loads((folder / "config.json").read_text())["repeat_head"] is repeats
    assert (share > 0.1) is repeats
    said = "has the repeat-aware head" if repeats else "without the repeat-aware head"
    assert [percent(share) in line and said in line for line in notes.lines] == [True]


def test_the_history_has_one_entry_an_epoch(finished: tuple[Path, Notes], dataset: Dataset) -> None:
    history = json.loads((finished[0] / "history.json").read_text())
    assert [entry["epoch"] for entry in history] == [1, 2, 3]
    for entry in history:
        assert {"loss", "accuracy", "val_loss", "val_accuracy", "seconds"} <= set(entry)
        assert entry["targets"] > 0
        assert entry["seconds"] > 0
    assert history[-1]["loss"] < history[0]["loss"]


def test_every_figure_of_the_history_reaches_the_sink(finished: tuple[Path, Notes]) -> None:
    folder, notes = finished
    told = {(epoch, name): value for epoch, step, name, value in notes.metrics if step is None}
    assert told[(0, "parameters")] > 100
    for entry in json.loads((folder / "history.json").read_text()):
        for name in set(entry) - {"epoch"}:
            assert told[(entry["epoch"], name)] == entry[name]
    assert notes.beats > 3


def test_the_evaluation_puts_baselines_beside_the_network(
    finished: tuple[Path, Notes],
) -> None:
    found = json.loads((finished[0] / "evaluation.json").read_text())
    assert found["run"] == "toy-1"
    assert found["protocol"] == "leave-one-out"
    assert [model["kind"] for model in found["models"]][:2] == ["network", "baseline"]
    assert {"popularity", "repeat last", "markov"} <= {model["name"] for model in found["models"]}
    for model in found["models"]:
        low, high = model["ci95"]["hr@10"]
        assert low <= model["metrics"]["hr@10"] <= high
        low, high = model["behind95"]["hr@10"]
        behind = found["models"][0]["metrics"]["hr@10"] - model["metrics"]["hr@10"]
        assert low <= behind <= high


def test_the_ranks_of_the_model_are_kept_and_give_its_figures(finished: tuple[Path, Notes]) -> None:
    found = read_ranks(RunFolder(finished[0]))
    assert found is not None
    network = json.loads((finished[0] / "evaluation.json").read_text())["models"][0]
    assert (
        means(metrics_per_target(found.rank, found.cold))["ndcg@10"]
        == network["metrics"]["ndcg@10"]
    )


def test_evaluating_again_gives_the_same_figures(
    finished: tuple[Path, Notes], dataset: Dataset
) -> None:
    before = json.loads((finished[0] / "evaluation.json").read_text())
    assert json.loads(json.dumps(evaluate_run(finished[0], dataset))) == before


def test_excluding_seen_products_leaves_the_run_as_it_is(
    finished: tuple[Path, Notes], dataset: Dataset
) -> None:
    before = (finished[0] / "evaluation.json").read_bytes()
    found = evaluate_run(finished[0], dataset, exclude_seen=True)
    assert found["exclude_seen"]
    for model in found["models"]:
        assert model["segments"]["target"].get("repeat", {"hr@10": 0.0})["hr@10"] == 0.0
    assert (finished[0] / "evaluation.json").read_bytes() == before


def test_the_same_configuration_twice_gives_the_same_figures(
    finished: tuple[Path, Notes], dataset: Dataset, tmp_path: Path
) -> None:
    assert run_epochs(small(epochs=3), dataset, tmp_path / "again", Notes())
    assert figures(tmp_path / "again") == figures(finished[0])


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(
    finished: tuple[Path, Notes], dataset: Dataset, tmp_path: Path
) -> None:
    folder, notes = tmp_path / "stopped", Notes()

    def in_the_third_epoch() -> bool:
        return any(epoch == 2 and step is None for epoch, step, _name, _value in notes.metrics)

    assert not train(small(epochs=3), dataset, folder, notes, in_the_third_epoch)
    assert len(figures(folder)) == 2
    assert not (folder / "evaluation.json").exists()
    assert Predictor(folder).recommend([], k=3)
    assert run_epochs(small(epochs=3), dataset, folder, Notes(), resume=True)
    assert figures(folder) == figures(finished[0])


def figures(folder: Path) -> list[dict[str, Any]]:
    history = json.loads((folder / "history.json").read_text())
    return [{k: v for k, v in entry.items() if k != "seconds"} for entry in history]


@pytest.mark.slow
@pytest.mark.parametrize("averaging", [0.0, 1.0])
def test_a_stopped_run_keeps_its_best_epoch(
    dataset: Dataset, tmp_path: Path, averaging: float
) -> None:
    config = small(epochs=40, learning_rate=0.3, weight_averaging=averaging)
    folder, notes = tmp_path / "run", Notes()

    def past_the_best() -> bool:
        judged = [value for _e, _s, name, value in notes.metrics if name == "val_ndcg@10"]
        return len(judged) > 2 and judged[-1] < max(judged)

    assert not fit(config, dataset, folder, notes, past_the_best)
    best = max(figures(folder), key=lambda entry: entry["val_ndcg@10"])
    data = split_dataset(config, dataset)
    (found,) = predict_targets(data, data.split.validation, load_recommenders(RunFolder(folder)))
    cold = data.answers(data.split.validation) < 0
    assert means(metrics_per_target(found.rank, cold))["ndcg@10"] == pytest.approx(
        best["val_ndcg@10"]
    )


@pytest.mark.slow
def test_epochs_are_compared_by_sets_where_sets_are_predicted(
    dataset: Dataset, tmp_path: Path
) -> None:
    config, folder = small(protocol="basket", repeat_head=True), tmp_path / "run"
    assert fit(config, dataset, folder, Notes(), never)
    (entry,) = figures(folder)
    data = split_dataset(config, dataset)
    targets = data.split.validation
    (found,) = predict_targets(data, targets, load_recommenders(RunFolder(folder)))
    means_of_sets = HeldOutTargets.of(data, targets).figures(found.rank).means
    for name in ("ndcg@10", "recall@10", "hr@10"):
        assert entry[f"val_{name}"] == pytest.approx(means_of_sets[name])
    assert entry["val_accuracy"] == pytest.approx((found.rank == 1).mean())


@pytest.mark.slow
@pytest.mark.parametrize("nobody_buys_twice", [True, False])
def test_epochs_are_compared_without_products_of_the_history_where_nobody_buys_twice(
    nobody_buys_twice: bool, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    log = [[f"p{product:02d}" for product in random.permutation(30)[:8]] for _user in range(120)]
    if not nobody_buys_twice:
        log = [[*products, *products] for products in log]
    dataset = imported(Store(Home(tmp_path / "home")), log, tmp_path)
    config, folder = small(), tmp_path / "run"
    assert fit(config, dataset, folder, Notes(), never)
    (entry,) = figures(folder)
    data = split_dataset(config, dataset)
    targets = data.split.validation
    ndcg = [
        HeldOutTargets.of(data, targets).figures(found.rank).means["ndcg@10"]
        for exclude_seen in (nobody_buys_twice, not nobody_buys_twice)
        for found in predict_targets(
            data, targets, load_recommenders(RunFolder(folder)), exclude_seen=exclude_seen
        )
    ]
    record = json.loads((folder / "record.json").read_text())
    assert record["monitored_excludes_seen"] is nobody_buys_twice
    assert entry["val_ndcg@10"] == pytest.approx(ndcg[0])
    assert entry["val_ndcg@10"] != pytest.approx(ndcg[1])


@pytest.mark.slow
def test_more_epochs_are_trained_after_early_stopping_where_a_person_wants_them(
    dataset: Dataset, tmp_path: Path
) -> None:
    config, folder = small(epochs=40, early_stopping=2, learning_rate=0.3), tmp_path / "run"
    assert run_epochs(config, dataset, folder, Notes())
    done = len(figures(folder))
    more = config.override({"epochs": done + 1})
    assert run_epochs(more, dataset, folder, Notes(), resume=True)
    assert [entry["epoch"] for entry in figures(folder)] == list(range(1, done + 2))


@pytest.mark.slow
def test_a_loss_that_is_no_number_ends_the_training_and_the_best_epoch_stays(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, notes = CompiledSteps.train, Notes()

    def turning(steps: CompiledSteps, *batch: Any) -> tuple[float, float]:
        loss, correct = real(steps, *batch)
        whole = any(step is None and epoch == 1 for epoch, step, _name, _value in notes.metrics)
        return (float("nan") if whole else loss), correct

    monkeypatch.setattr(CompiledSteps, "train", turning)
    with pytest.raises(NonFiniteLoss, match="epoch 2"):
        fit(small(epochs=3), dataset, tmp_path / "run", notes, never)
    assert len(figures(tmp_path / "run")) == 1
    assert Predictor(tmp_path / "run").recommend([], k=3)


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["full_softmax", "sampled_softmax"])
def test_a_clipped_gradient_cannot_carry_the_weights_away(dataset: Dataset, loss: str) -> None:
    changes = {"loss": loss, "tied_embeddings": True, "learning_rate": 1.0}
    data = split_dataset(small(), dataset)
    moved = {}
    for clipping in (0.0, 1e-9):
        config = small(**changes, gradient_clipping=clipping)
        negatives = NegativeSampler(data.popularity, 0.5, config.negatives)
        steps = CompiledSteps(build(config, DataSizes.of(data)), config, negatives)
        windows = training_windows(data.buyers, 20, np.random.default_rng(0))
        before = [np.asarray(one) for one in steps.network.serving.trainable_variables]
        batch = next(windows.batches(config.features, 256))
        steps.train(batch, np.random.default_rng(0), 1.0)
        after = steps.network.serving.trainable_variables
        moved[clipping] = max(
            float(np.abs(np.asarray(now) - old).max())
            for now, old in zip(after, before, strict=True)
        )
    # Adam divides by the size of the gradient: only one beside its epsilon makes a small step.
    assert moved[1e-9] < 0.1 < moved[0.0]


@pytest.mark.slow
def test_the_steps_tell_speed_and_learning_rate(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_means, "SECONDS_BETWEEN_REPORTS", 0.0)
    for loss, others in (
        ("full_softmax", {"loss", "accuracy"}),
        ("sampled_softmax", {"sampled_loss"}),
    ):
        notes = Notes()
        run_epochs(small(loss=loss, learning_rate=0.01), dataset, tmp_path / loss, notes)
        by_step = {name: value for _e, step, name, value in notes.metrics if step is not None}
        assert set(by_step) == others | {"speed", "learning_rate", "progress"}
        assert by_step["learning_rate"] == 0.01
        assert by_step["speed"] > 0
        assert by_step["progress"] == 1.0


def test_a_run_stopped_before_its_first_epoch_leaves_no_model(
    dataset: Dataset, tmp_path: Path
) -> None:
    assert not fit(small(), dataset, tmp_path / "run", Notes(), lambda: True)
    with pytest.raises(BadInput, match="no finished model"):
        Predictor(tmp_path / "run")


@pytest.mark.slow
def test_a_stop_during_the_evaluation_leaves_the_model_without_one(
    dataset: Dataset, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(Cancelled):
        train(small(epochs=1), dataset, folder, Notes(), (folder / "model.onnx").exists)
    assert Predictor(folder).recommend([], k=3)
    assert not (folder / "evaluation.json").exists()


def test_a_damaged_checkpoint_is_told_in_a_sentence(dataset: Dataset, tmp_path: Path) -> None:
    checkpoint = tmp_path / "run" / "checkpoint" / "state.npz"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(VitrinaError, match="cannot be read"):
        run_epochs(small(), dataset, tmp_path / "run", Notes(), resume=True)


@pytest.mark.slow
def test_early_stopping_ends_a_hopeless_training_and_the_log_says_so(
    dataset: Dataset, tmp_path: Path
) -> None:
    config, notes = small(epochs=40, early_stopping=2, learning_rate=0.3), Notes()
    assert fit(config, dataset, tmp_path / "run", notes, never)
    history = figures(tmp_path / "run")
    assert len(history) < 40
    best = 1 + int(np.argmax([entry["val_ndcg@10"] for entry in history]))
    assert len(history) == best + 2
    assert notes.numbers["patience_over"]
    assert notes.lines[-1] == (
        f"Patience ended the training after epoch {best + 2}: 2 epochs without a better validation"
        f" NDCG@10 than that of epoch {best}."
    )


def test_the_log_says_where_the_limit_of_epochs_ended_a_training(
    finished: tuple[Path, Notes],
) -> None:
    assert any(
        line.startswith("The limit of epochs ended the training after epoch 3; the best")
        for line in finished[1].lines
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes", [{"loss": "sampled_softmax"}, {"loss": "sampled_softmax", "tied_embeddings": True}]
)
def test_a_sampled_loss_reports_figures_over_all_products(
    dataset: Dataset, tmp_path: Path, changes: dict[str, Any]
) -> None:
    assert run_epochs(small(epochs=2, **changes), dataset, tmp_path / "run", Notes())
    for entry in figures(tmp_path / "run"):
        assert 0 < entry["loss"] < 10
        assert 0 <= entry["accuracy"] <= 1


def test_a_dataset_that_changed_is_refused(finished: tuple[Path, Notes], tmp_path: Path) -> None:
    other = imported(Store(Home(tmp_path / "home")), random_histories(90, 50, seed=5), tmp_path)
    with pytest.raises(BadInput, match="has changed"):
        evaluate_run(finished[0], other)


def test_a_preparation_that_leaves_nothing_is_refused_before_anything_is_written(
    dataset: Dataset, tmp_path: Path
) -> None:
    config = small().override({"preparation.min_user_events": 900})
    with pytest.raises(BadInput):
        run_epochs(config, dataset, tmp_path / "run", Notes())
    assert not (tmp_path / "run").exists()
