"""The tables of the database of a home.

A change here needs a revision in ``dashboard/jobs/migrations/versions``, so that the homes of
earlier versions are migrated.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    false,
)

from data.errors import VitrinaError

METADATA = MetaData()

RUNS = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("run", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("dataset", String, nullable=False),
    Column("config", JSON, nullable=False),
    Column("preset", String),
    Column("label", String, nullable=False, default=""),
    Column("note", String, nullable=False, default=""),
    Column("tags", JSON, nullable=False),
    Column("priority", Integer, nullable=False, default=0),
    Column("attempt", Integer, nullable=False, default=0),
    Column("resume", Boolean, nullable=False, default=False),
    Column("pid", Integer),
    Column("born", Float),
    Column("beats", Integer, nullable=False, default=0),
    Column("created", Float, nullable=False),
    Column("queued", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Column("heartbeat", Float),
    Column("progress", JSON, nullable=False),
    Column("stop_requested", Boolean, nullable=False, default=False),
    Column("reason", String),
    Column("message", String),
    Column("parameters", Integer),
    Column("epochs_done", Integer, nullable=False, default=0),
    Column("best", JSON, nullable=False),
    Column("last_seq", Integer, nullable=False, default=0),
    Column("deleted", Float),
    Column("node", String, nullable=False, default="", server_default=""),
    Column("worker_label", String, nullable=False, default="", server_default=""),
    Index("runs_by_state", "state"),
)

# `level` thins a curve without reading it whole: half of a curve's points have level 0, a quarter
# level 1, an eighth level 2, so those of level L and above are every 2^L-th point.
METRICS = Table(
    "metrics",
    METADATA,
    Column("run_id", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("step", Integer),
    Column("name", String, nullable=False),
    Column("value", Float),
    Column("time", Float, nullable=False),
    Column("level", Integer, nullable=False, default=0),
    sqlite_with_rowid=False,
)
_EPOCHS = METRICS.c.step.is_(None)
_STEPS = METRICS.c.step.is_not(None)
Index(
    "metrics_of_epochs",
    METRICS.c.run_id,
    METRICS.c.epoch,
    sqlite_where=_EPOCHS,
    postgresql_where=_EPOCHS,
)
# Covers the query of a curve, which then reads no row of the table itself.
Index(
    "metrics_of_steps",
    *(METRICS.c[name] for name in ("run_id", "name", "level", "seq")),
    *(METRICS.c[name] for name in ("epoch", "step", "value", "time")),
    sqlite_where=_STEPS,
    postgresql_where=_STEPS,
)

# Numbers of runs are never reused, so that the address of a run never comes to show another one.
COUNTERS = Table(
    "counters",
    METADATA,
    Column("stem", String, primary_key=True),
    Column("last", Integer, nullable=False),
)

SETTINGS = Table(
    "settings", METADATA, Column("name", String, primary_key=True), Column("value", JSON)
)

# At most one row a node: the worker that holds the lease. The node is empty in a SQLite file.
WORKERS = Table(
    "workers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("born", Float, nullable=False),
    Column("beats", Integer, nullable=False),
    Column("beat", Float, nullable=False),
    Column("keeper_pid", Integer),
    Column("keeper_born", Float),
    Column("node", String, nullable=False, default="", server_default=""),
    Column("slots", Integer),
    Column("draining", Boolean, nullable=False, default=False, server_default=false()),
    Column("load", JSON),
    Column("labels", JSON),
    Index("workers_by_node", "node", unique=True),
)

USERS = Table(
    "users",
    METADATA,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("created", Float, nullable=False),
)

# `id` is a hash of the token that the browser holds; `user` is null for whoever knows the password
# of the server.
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", String, primary_key=True),
    Column("user", String),
    Column("signature", String, nullable=False),
    Column("expires", Float, nullable=False),
)

# One row for each change of the model in service of a dataset or of one of its placements, numbered
# from 1 in each dataset. `placement` is empty for the dataset itself. `run` is null where it was
# taken out of service without a successor; `user` is null where nobody had to sign in.
PROMOTIONS = Table(
    "promotions",
    METADATA,
    Column("dataset", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("run", String),
    Column("user", String),
    Column("time", Float, nullable=False),
    Column("placement", String, nullable=False, server_default=""),
)

# One row for each change of a placement, numbered from 1 in each. `rules` is null where it was
# removed; `user` is null where nobody had to sign in.
PLACEMENTS = Table(
    "placements",
    METADATA,
    Column("dataset", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rules", JSON(none_as_null=True)),
    Column("user", String),
    Column("time", Float, nullable=False),
)

# One row for each message about an event. `key` identifies the event, so that it is written once
# and receivers can tell a repetition; `delivered` has a hash of each target that took the message;
# `dropped` says why it is sent no more. No row holds an address or a secret.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("event", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("created", Float, nullable=False),
    Column("due", Float, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("claimed", Float),
    Column("node", String),
    Column("delivered", JSON, nullable=False),
    Column("sent", Float),
    Column("dropped", String),
)

# One row for each folder in the store of several machines: it is the commit of its files, which
# `files` names. `revision` grows with every change of any row.
STORED_FOLDERS = Table(
    "stored_folders",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("files", JSON, nullable=False),
    Column("created", Float, nullable=False),
    Index("stored_folders_by_revision", "revision"),
)

# Objects of the store that no folder has any more; a worker deletes them.
STORED_GARBAGE = Table(
    "stored_garbage",
    METADATA,
    Column("key", String, primary_key=True),
    Column("since", Float, nullable=False),
)


class TableError(VitrinaError):
    """The table of runs cannot be read or written."""


class Unreachable(TableError):
    """There is no connection to the database now; there may be one later."""
