"""A training from the first command to the last: train, show, evaluate, recommend."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.dashboard.cli.conftest import Vitrina

SHOWN = {"run", "state", "pid", "preset", "dataset", "config", "parameters", "epochs_done"}
EPOCH = {"epoch", "loss", "accuracy", "val_loss", "val_accuracy", "targets", "seconds"}
METRICS = {
    "hr@1", "hr@5", "hr@10", "hr@20", "ndcg@10", "ndcg@20", "mrr@10", "mrr@20",
    "coverage@10", "novelty@10", "loss",
}  # fmt: skip
SMALL = ("--set", "width=8", "--set", "layers=1", "--set", "embedding_width=4")


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("epochs=0", "epochs"),
        ("epochs=many", "epochs"),
        ("dropout=2", "dropout"),
        ("loss=hinge", "full_softmax"),
        ("colour=red", "colour"),
        ("preparation.min_user_events=-1", "preparation.min_user_events"),
        ("epochs", "key=value"),
    ],
)
def test_a_setting_out_of_range_is_refused_before_anything_starts(
    vitrina: Vitrina, setting: str, named: str
) -> None:
    vitrina("demo", "--buyers", 50)
    answer = vitrina("train", "demo", "--set", setting)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert named in answer.err
    assert vitrina("runs", "--json").json == []


def test_a_configuration_file_that_is_none_is_refused(vitrina: Vitrina, tmp_path: Path) -> None:
    vitrina("demo", "--buyers", 50)
    file = tmp_path / "config.json"
    for content in ("{", "[]", '{"config": 3}', '{"epochs": 0}', "[" * 100_000):
        file.write_text(content, encoding="utf-8")
        answer = vitrina("train", "demo", "--config", file)
        assert (answer.code, len(answer.err.splitlines())) == (2, 1)


def test_a_label_that_no_worker_has_is_said(vitrina: Vitrina) -> None:
    vitrina("demo", "--buyers", 50)
    answer = vitrina("train", "demo", "--set", "worker_label=gpu", "--detach", "--json")
    assert "Waiting for a worker with the label gpu; none has it now" in answer.err
    assert answer.json["state"] == "queued"


@pytest.mark.slow
def test_a_log_without_purchases_trains_on_its_most_frequent_events(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    log = tmp_path / "views.csv"
    random = np.random.default_rng(0)
    rows = [
        f"{user},{random.integers(8)},2019-11-{day:02d} 12:00:00,view"
        for user in range(60)
        for day in range(1, 13)
    ]
    header = "user,product,event_time,event_type"
    log.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    assert vitrina("import", log, "--name", "views").code == 0
    few = (*SMALL, "--set", "epochs=1", "--set", "blend=false")
    trained = vitrina("train", "views", "--preset", "fast", *few, "--json")
    assert trained.code == 0, trained.err
    assert trained.json["state"] == "finished"
    assert trained.json["config"]["preparation.target_types"] == ["view"]
    assert "no events of type purchase" in trained.err


@pytest.mark.slow
def test_a_training_ends_with_its_name_and_its_figures(vitrina: Vitrina) -> None:
    vitrina("demo", "--buyers", 50)
    quick = (*SMALL, "--set", "epochs=1", "--set", "blend=false")
    trained = vitrina("train", "demo", "--preset", "fast", *quick)
    assert trained.code == 0, trained.err
    lines = trained.out.splitlines()
    assert lines[-1] == "Run demo-1 is finished."
    figures = vitrina("evaluate", "demo-1").out.splitlines()
    assert lines[-1 - len(figures) : -1] == figures
    assert any(line.startswith("gru ") for line in figures)


@pytest.mark.slow
def test_the_main_job_from_the_command_line(vitrina: Vitrina, tmp_path: Path) -> None:
    vitrina("demo", "--buyers", 300)
    trained = vitrina("train", "demo", "--preset", "paper", *SMALL, "--set", "epochs=2", "--json")
    assert trained.code == 0, trained.err
    run = trained.json["run"]
    assert trained.json.keys() >= SHOWN | {"history", "test"}
    assert (trained.json["state"], trained.json["epochs_done"]) == ("finished", 2)
    assert [epoch["epoch"] for epoch in trained.json["history"]] == [1, 2]
    assert all(epoch.keys() >= EPOCH for epoch in trained.json["history"])
    assert vitrina("show", run, "--json").json == trained.json

    evaluated = vitrina("evaluate", run, "--json").json
    assert [model["kind"] for model in evaluated["models"]].count("network") == 1
    assert {"popularity", "repeat last", "markov"} <= {
        model["name"] for model in evaluated["models"]
    }
    for model in evaluated["models"]:
        assert model["metrics"].keys() >= METRICS
        assert model.keys() >= {"ci95", "segments"}

    product = vitrina("recommend", run, "--history", "", "--json")
    assert product.code == 0, product.err
    known = [item["product"] for item in product.json["items"]]
    offered = vitrina("recommend", run, "--history", ",".join(known[:3]), "-k", 5, "--json").json
    assert [item["rank"] for item in offered["items"]] == [1, 2, 3, 4, 5]
    chances = [item["probability"] for item in offered["items"]]
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= 1

    unknown = vitrina("recommend", run, "--history", "no-such-product")
    assert (unknown.code, len(unknown.err.splitlines())) == (2, 1)
    nobody = vitrina("recommend", run, "--user", "no-such-buyer")
    assert (nobody.code, len(nobody.err.splitlines())) == (2, 1)

    config = tmp_path / "config.json"
    config.write_text(json.dumps(trained.json["config"]), encoding="utf-8")
    again = vitrina("train", "demo", "--config", config, "--set", "epochs=1", "--json").json
    assert again["config"] == trained.json["config"] | {"epochs": 1}
    assert vitrina("archive", run, "--out", tmp_path / "record.zip").code == 0
    assert f"{run}/model.onnx" in zipfile.ZipFile(tmp_path / "record.zip").namelist()
    assert vitrina("archive", run, "--out", tmp_path / "nowhere" / "record.zip").code == 2
    assert vitrina("delete", run).code == 0
    assert [found["run"] for found in vitrina("runs", "--json").json] == [again["run"]]
