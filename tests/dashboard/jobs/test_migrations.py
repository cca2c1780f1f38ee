"""A database is created, migrated or refused by the version of its schema."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.engine import Connection

from dashboard.jobs import migrations
from dashboard.jobs.database import Database
from dashboard.jobs.metric_reader import Point
from dashboard.jobs.run import Run
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.schema import METADATA, RUNS, TableError
from data.home import Home
from model.training.monitored import MONITORED
from tests.postgres import Postgres

LOWEST_LOSS = {"epoch": 1, "val_loss": 5.0, MONITORED: 0.04}
BEST = {"epoch": 2, "val_loss": 5.2, MONITORED: 0.05}

LATER = (
    "DROP TABLE alembic_version",
    "DROP INDEX workers_by_node",
    *(f"ALTER TABLE runs DROP COLUMN {column}" for column in ("node", "worker_label")),
    *(
        f"ALTER TABLE workers DROP COLUMN {column}"
        for column in ("node", "slots", "draining", "load", "labels")
    ),
)
"""What takes away the columns that later versions have added to tables of version 0.1.0."""


@pytest.fixture
def database_url() -> None:
    """Return that it is a file: no earlier version wrote another database."""


def url(file: Path) -> str:
    return f"sqlite:///{file}"


def opened_anew(home: Home) -> Runs:
    """Return the runs of a home whose file this process has open already."""
    return Runs(Home(home.path, url(home.database)))


def version(connection: Connection) -> Any:
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@pytest.fixture
def unversioned(home: Home, runs: Runs, training: Run) -> Home:
    """Return a home as version 0.1.0 wrote it: no version, best epoch by the lowest loss."""
    points = [
        Point(int(entry["epoch"]), None, name, entry[name], 0.0)
        for entry in (LOWEST_LOSS, BEST)
        for name in ("val_loss", MONITORED)
    ]
    runs.metric_writer.append(training.run, training.attempt, points)
    with runs.database.write() as connection:
        connection.execute(update(RUNS).values(best=LOWEST_LOSS))
        for statement in LATER:
            connection.execute(text(statement))
    runs.close()
    return home


def test_the_newest_revision_is_the_version_of_the_code() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_creating_and_migrating_give_the_same_schema(tmp_path: Path) -> None:
    columns = text(
        'SELECT t.name, c.name, c.type, c."notnull", c.pk FROM sqlite_master t, '
        "pragma_table_info(t.name) c ORDER BY t.name, c.cid"
    )
    indexes = text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' ORDER BY name")
    created = Database(url(tmp_path / "created.db"))
    with (
        create_engine(url(tmp_path / "migrated.db")).begin() as migrated,
        created.read() as connection,
    ):
        migrations._upgrade(migrated, None)
        assert compare_metadata(MigrationContext.configure(migrated), METADATA) == []
        for query in (columns, indexes):
            assert migrated.execute(query).all() == connection.execute(query).all()


def test_migrations_give_the_same_schema_on_postgresql(postgres: Postgres) -> None:
    with create_engine(postgres.new_schema()).begin() as connection:
        migrations._upgrade(connection, None)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_database_without_a_version_is_migrated(unversioned: Home) -> None:
    runs = opened_anew(unversioned)
    run = runs.get("demo-1")
    assert run.best == BEST
    assert (run.epochs_done, run.state, run.config) == (2, "running", {"epochs": 3})
    with runs.database.read() as connection:
        assert version(connection) == migrations.HEAD


def test_of_many_that_open_an_old_database_at_once_one_migrates_it(unversioned: Home) -> None:
    barrier = Barrier(6)

    def open_database(_number: int) -> Any:
        barrier.wait()
        with Database(url(unversioned.database)).read() as connection:
            return version(connection), connection.execute(select(RUNS.c.best)).scalar()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(open_database, range(6))) == [(migrations.HEAD, BEST)] * 6


def test_a_migration_that_fails_changes_nothing(
    unversioned: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Connection, _version: str | None) -> None:
        connection.execute(text("CREATE TABLE half_done (id INTEGER)"))
        connection.execute(update(RUNS).values(best={}))
        raise RuntimeError

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(migrations, "_upgrade", fail)
        Database(url(unversioned.database))
    with create_engine(url(unversioned.database)).connect() as connection:
        assert connection.execute(select(RUNS.c.best)).scalar() == LOWEST_LOSS
        assert not connection.dialect.has_table(connection, "half_done")
    assert opened_anew(unversioned).get("demo-1").best == BEST


def test_a_later_version_is_refused_in_one_sentence(home: Home, runs: Runs) -> None:
    run = runs.create("train", "demo", {})
    with runs.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(TableError, match="written by a later version of Vitrina; install"):
        Database(url(home.database))
    with runs.database.read() as connection:
        assert version(connection) == "9999"
    assert runs.get(run).run == run


def test_opening_a_current_database_does_not_import_alembic(home: Home, runs: Runs) -> None:
    program = (
        "import sys; from pathlib import Path; from data.home import Home; "
        "from dashboard.jobs.runs_table import Runs; "
        f"Runs(Home(Path({str(home.path)!r}))).list(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
