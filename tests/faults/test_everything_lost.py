"""A team's machines, each of which is lost once: every run ends once, and learns all it should."""

import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from dashboard.jobs.states import ACTIVE, State
from data.home import Home
from tests.databases import on_postgresql
from tests.faults.conftest import TINY, Machine, Place, until, write_log
from tests.faults.pages import Pages
from tests.faults.ray_nodes import RayNodes
from tests.faults.test_several_machines import attempts
from tests.faults.test_store import imported
from tests.postgres import Postgres
from tests.stores import S3, on_s3

pytestmark = [pytest.mark.fault, pytest.mark.slow, on_postgresql, on_s3]

NODES = LIMIT = 3
LONG, SHORT = 150, 3
DATABASE_SECONDS, STORE_SECONDS = 10.0, 20.0
"""How long each is away."""
MISSED_SECONDS = 15.0
"""Without a heartbeat for this long a run counts as lost; it takes a minute otherwise."""
_ACTIVE = ", ".join(f"'{state}'" for state in ACTIVE)
_JOURNAL = f"""
CREATE TABLE journal (number bigserial, run text, attempt integer, state text, active integer);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal (run, attempt, state, active)
        SELECT NEW.run, NEW.attempt, NEW.state, count(*)
        FROM runs WHERE kind = 'train' AND state IN ({_ACTIVE});
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE ON runs FOR EACH ROW
    WHEN (NEW.kind = 'train' AND (OLD.state, OLD.attempt) <> (NEW.state, NEW.attempt))
    EXECUTE FUNCTION note();
"""


@dataclass(frozen=True)
class Change:
    """A change of a training, and how many were active after it."""

    run: str
    attempt: int
    state: State
    active: int


class Journal:
    """Every change of every training, which the database writes down within its transaction."""

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url).set(drivername="postgresql")
        self._url = url.render_as_string(hide_password=False)
        with psycopg.connect(self._url) as connection:
            connection.execute(_JOURNAL.encode())

    def changes(self) -> list[Change]:
        """Return all changes, the first one first."""
        query = b"SELECT run, attempt, state, active FROM journal ORDER BY number"
        with psycopg.connect(self._url) as connection:
            rows = connection.execute(query).fetchall()
        return [Change(run, attempt, State(state), active) for run, attempt, state, active in rows]

    def of_run(self, run: str) -> list[State]:
        """Return the states that a run has been in since it was queued."""
        return [change.state for change in self.changes() if change.run == run]


@dataclass
class Team:
    """Two web servers, two workers and three nodes of Ray, each with a disk of its own."""

    web: list[Place]
    workers: dict[str, Place]
    cluster: RayNodes
    logs: Path
    everything: Place

    def work(self, name: str) -> "subprocess.Popen[str]":
        """Start the worker of a machine, which keeps runs on Ray."""
        with (self.logs / f"{name}.log").open("a") as log:
            options = ("--engine", "ray")
            return self.workers[name].worker_on(
                name, *options, stdout=log, missed_after=MISSED_SECONDS
            )

    def noticed(self, text: str) -> bool:
        """Return whether every worker has logged something."""
        return all(text in (self.logs / f"{name}.log").read_text() for name in self.workers)

    def active(self) -> dict[str, int]:
        """Return the process of each run that one works on, by the table."""
        rows = self.web[0].runs.list(states={State.RUNNING})
        return {row.run: row.pid for row in rows if row.pid}

    def learning(self) -> int:
        """Return how many trainings have learnt an epoch and go on."""
        rows = self.web[0].runs.list(states={State.RUNNING})
        return sum(row.epochs_done > 0 for row in rows)

    def on_node(self, number: int) -> dict[str, int]:
        """Return the process of each run that executes on a node."""
        here = self.cluster.busy()[number]
        return {run: pid for run, pid in self.active().items() if pid in here}


@pytest.fixture
def team(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> Iterator[Team]:
    web = [machine(name) for name in ("web-1", "web-2")]
    workers = {name: machine(name) for name in ("first", "second")}
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    cluster = RayNodes([tmp_path / f"node-{number}" / "home" for number in range(NODES)])
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    everything = Place(Home(tmp_path, database_url), web[0].runs)
    yield Team(web, workers, cluster, tmp_path, everything)
    cluster.close()
    everything.clear()


@contextmanager
def away(stop: Callable[[], object], start: Callable[[], object], seconds: float) -> Iterator[None]:
    """Stop a server for some time, in which the block runs."""
    stop()
    begin = time.monotonic()
    try:
        yield
    finally:
        time.sleep(max(0.0, begin + seconds - time.monotonic()))
        start()


@dataclass
class Watch:
    """Looks at all trainings; resumes those that were interrupted, by a web server."""

    team: Team
    names: list[str]
    pages: Pages

    def all_finished(self) -> bool:
        assert max(attempts(self.team.everything).values(), default=0) <= 1
        runs = [run for run in self.team.web[1].runs.list() if run.run in self.names]
        for run in runs:
            assert run.state not in {State.FAILED, State.STOPPED}, run
            if run.state is State.INTERRUPTED:
                self.pages.resume(run.run)
        return all(run.state is State.FINISHED for run in runs)


@pytest.mark.timeout(900)
def test_every_run_ends_once_although_everything_is_lost_once(
    team: Team, database_url: str, postgres: Postgres, s3: S3
) -> None:
    place = team.web[0]
    processes = {name: team.work(name) for name in team.workers}
    servers = [web.serve("--no-worker") for web in team.web]
    imported(place, write_log(team.logs / "tiny.csv"))
    place.runs.queue.set_parallel(LIMIT)
    journal = Journal(database_url)
    pages = [Pages(server) for server in servers]
    goals = {}
    place.runs.queue.pause()  # else the first ones may end before the last ones are queued
    for number in range(8):
        epochs = LONG if number < LIMIT else SHORT
        goals[pages[number % 2].train("tiny", TINY | {"epochs": epochs})] = epochs
    names = list(goals)
    place.runs.queue.pause(False)
    until(lambda: team.learning() == LIMIT)

    doomed = list(until(lambda: team.on_node(NODES - 1)))
    killed, pid = next(iter(until(lambda: team.on_node(0) or team.on_node(1)).items()))
    os.kill(pid, signal.SIGKILL)
    team.cluster.lose(NODES - 1)
    until(lambda: State.INTERRUPTED in journal.of_run(killed))
    with away(s3.stop, s3.start, STORE_SECONDS):
        pages[0].resume(killed)
        servers[0].process.kill()
        with away(postgres.stop, postgres.start, DATABASE_SECONDS):
            until(lambda: team.noticed("The database cannot be reached"))
        processes["first"].kill()
        processes["first"].wait()
        team.work("first")
    assert servers[1].get("/health")
    watch = Watch(team, names, pages[1])
    until(watch.all_finished, seconds=600)

    changes = journal.changes()
    assert max(change.active for change in changes) == LIMIT
    of_runs = defaultdict(list)
    for change in changes:
        of_runs[change.run].append((change.attempt, change.state))
    assert set(of_runs) == set(names)
    for name, goal in goals.items():
        steps = of_runs[name]
        run = place.runs.get(name)
        assert [step for step in steps if step[1] is State.FINISHED] == [steps[-1]]
        for attempt in range(1, run.attempt + 1):
            of_attempt = [state for number, state in steps if number == attempt]
            ends = [state for state in of_attempt if state not in {*ACTIVE, State.QUEUED}]
            assert of_attempt.count(State.STARTING) == 1
            assert of_attempt.count(State.RUNNING) <= 1
            assert len(ends) == (1 if State.RUNNING in of_attempt else 0)
        epochs = [entry["epoch"] for entry in place.runs.metrics.history(name)]
        assert epochs == list(range(1, goal + 1))
        losses = [(one.epoch, one.step) for one in place.runs.metrics.rows(name, names=["loss"])]
        assert len(losses) == len(set(losses))
    for name in {killed, *doomed}:
        assert State.INTERRUPTED in journal.of_run(name)
    logs = [file.read_text() for file in team.logs.glob("node-*/home/runs/*/log.txt")]
    assert any("It is tried again until it answers" in log for log in logs)
