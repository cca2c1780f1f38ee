"""A home that holds everything a home can hold, made within this process."""

import csv
import json
import random
import tarfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.identity import Role
from dashboard.jobs.job import Job
from dashboard.jobs.kinds import WORK
from dashboard.jobs.outbox import ARRIVED, FAILED, FINISHED
from dashboard.jobs.process import Process
from dashboard.jobs.reporter import Reporter
from dashboard.jobs.retraining_rules import Rule
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.states import State
from dashboard.services.datasets import preparations, uploads
from dashboard.services.recommendations.placements import set_rules
from dashboard.services.recommendations.run_jobs import placement_config
from dashboard.services.runs.model_in_service import promote
from dashboard.users.sessions import Sessions
from dashboard.users.users import Users
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.preparation.preparation import Preparation
from tests.dashboard.test_stored_homes import STORED
from tests.model.toys import small

SHOP, RUN, PLACEMENT = "shop", "shop-1", "home-page"
USER, PASSWORD = "ana", "a password of eleven words"
HALF, WHOLE = "half.csv", "whole.csv"
BUYERS = 60


def fill(folder: Path) -> None:
    """Make ``folder / "home"``: a stored home of an earlier version that is in use since.

    It has a dataset with side tables, rejected rows and a preparation of its own; a trained run
    with an evaluation; every kind of job on it; a placement, a model in service, a rule for
    training again, messages, a user with a session, uploads that are under way and complete, and
    logs. What answers leave in the cache is not there yet.
    """
    with tarfile.open(STORED / "v0.1.0.tar.xz") as archive:
        archive.extractall(folder)
    home = Home(folder / "home")
    runs = Runs(home)
    for run in runs.queue.waiting():
        runs.request_stop(run)
    files = _write_log(folder)
    ingest(Store(home), ImportRequest(**files, name=SHOP))  # type: ignore[arg-type]
    preparations.save(home, SHOP, Preparation(min_user_events=3).as_dict())
    config = small(epochs=2, width=8, embedding_width=4, protocol="temporal", moment="event")
    _train(runs, config.as_dict())
    rules = {"max_per_brand": 2, "never_brands": ["brand1"]}
    place = set_rules(home, SHOP, PLACEMENT, rules, user=USER)
    promote(home, RUN, user=USER)
    promote(home, RUN, placement=PLACEMENT, user=USER)
    runs.retraining_rules.set(SHOP, Rule(days=30.0))
    lists = {"run": RUN, "k": 5, "exclude_seen": False}
    _carry_out(runs, "score", lists | {"format": "csv"})
    _carry_out(runs, "score", lists | {"format": "parquet", "placement": placement_config(place)})
    _carry_out(runs, "effect", {"run": RUN, "placement": placement_config(place)})
    _carry_out(runs, "fit", {"run": RUN, "baselines": ["popularity", "markov"]})
    _carry_out(runs, "map", {"run": RUN})
    _search(runs, config.as_dict())
    _add_messages(runs)
    Users(runs.database).add(USER, PASSWORD, Role.ADMINISTER)
    Sessions(runs.database).begin(USER, "a hash")
    _upload(home)
    (home.path / "errors.log").write_text("2026-11-01 12:00:00,000 0a1b2c: an error\n")
    (home.path / "worker.log").write_text("2026-11-01 12:00:00 a worker\n")
    runs.close()


def _write_log(folder: Path) -> dict[str, Any]:
    """Write a log with rejected rows, and tables of its products and buyers."""
    draw = random.Random(7)
    log, products, buyers = (folder / name for name in ("log.csv", "items.csv", "users.csv"))
    with log.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["event_time", "event_type", "product_id", "price", "user_id"])
        for buyer in range(BUYERS):
            for turn in range(8):
                product = draw.randrange(20)
                when = f"2024-03-{1 + turn * 3:02d} {draw.randrange(24):02d}:00:00"
                kind = draw.choice(["purchase", "purchase", "view"])
                rows.writerow([when, kind, product, product + 0.5, buyer])
        rows.writerow(["no time", "purchase", 1, 2.5, 3])
        rows.writerow(["2024-03-01 10:00:00", "purchase", "", 2.5, 3])
    with products.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["product_id", "title", "category", "brand", "colour"])
        for product in range(20):
            category = f"shop.kind{product % 4}"
            words = [f"Product {product}", category, f"brand{product % 3}", "red"]
            rows.writerow([product, *words])
    with buyers.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["user_id", "age", "sex"])
        rows.writerows([buyer, 20 + buyer % 50, "FM"[buyer % 2]] for buyer in range(BUYERS))
    return {"files": [log], "products": products, "buyers": buyers}


def _train(runs: Runs, config: Mapping[str, Any]) -> None:
    runs.create("train", SHOP, config, preset="fast", label="the first one", tags=["a tag"])
    work_on_next(runs)
    runs.edit(RUN, note="a note")


def _carry_out(runs: Runs, kind: str, config: Mapping[str, Any]) -> None:
    runs.create(kind, SHOP, config)
    work_on_next(runs)


def _search(runs: Runs, config: Mapping[str, Any]) -> None:
    """Search two values: its trainings are queued by it and carried out here."""
    fields = {"width": {"choices": [4, 8]}}
    plan = {"preset": "fast", "config": dict(config), "fields": fields, "trials": 2}
    runs.create("search", SHOP, plan)
    search = threading.Thread(target=work_on_next, args=(runs,))
    search.start()
    while search.is_alive():
        if runs.list(kind="search")[0].state is State.RUNNING:
            work_on_next(runs)
        search.join(0.05)


def work_on_next(runs: Runs) -> None:
    """Claim a run, where one waits, and carry it out as its process would."""
    claimed = runs.queue.claim()
    if claimed is None:
        return
    folder = runs.folder(claimed.run)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log.txt").write_text(f"{claimed.kind} {claimed.run}\n")
    runs.attempts.begin(claimed.run, claimed.attempt, Process.current())
    reporter = Reporter(runs, claimed)
    reporter.start()
    assert WORK[claimed.kind](Job(runs.home, claimed, folder), reporter)
    reporter.close()
    runs.attempts.end(claimed.run, claimed.attempt, State.FINISHED, None, None)


def _add_messages(runs: Runs) -> None:
    for event, key in ((FINISHED, RUN), (FAILED, "shop-2"), (ARRIVED, "shop")):
        data = {"run": RUN, "dataset": SHOP, "kind": "train", "message": "a message"}
        runs.outbox.add(event, f"{key}/{event}", data)
    runs.inbox.read(USER, [f"{RUN}/{FINISHED}"])


def _upload(home: Home) -> None:
    half = uploads.begin(home, HALF, 2_000)
    uploads.append(home, half, b"x" * 1_000, offset=0)
    whole = uploads.begin(home, WHOLE, 1_000)
    uploads.append(home, whole, b"y" * 1_000, offset=0)


def unfinished_upload(home: Path) -> str:
    """Return the token of the upload that is under way."""
    (announcement,) = home.glob("uploads/*/.upload.json")
    assert json.loads(announcement.read_text())["name"] == HALF
    return announcement.parent.name
