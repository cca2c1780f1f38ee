"""The schema of version 0.1.0, whose databases have no version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables and indexes that are missing."""
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("dataset", sa.String, nullable=False),
        sa.Column("config", sa.JSON, nullable=False),
        sa.Column("preset", sa.String),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("resume", sa.Boolean, nullable=False),
        sa.Column("pid", sa.Integer),
        sa.Column("born", sa.Float),
        sa.Column("beats", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("queued", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("finished", sa.Float),
        sa.Column("heartbeat", sa.Float),
        sa.Column("progress", sa.JSON, nullable=False),
        sa.Column("stop_requested", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("message", sa.String),
        sa.Column("parameters", sa.Integer),
        sa.Column("epochs_done", sa.Integer, nullable=False),
        sa.Column("best", sa.JSON, nullable=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("deleted", sa.Float),
        if_not_exists=True,
    )
    op.create_index("runs_by_state", "runs", ["state"], if_not_exists=True)
    op.create_table(
        "metrics",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_index(
        "metrics_of_epochs",
        "metrics",
        ["run_id", "epoch"],
        sqlite_where=sa.text("step IS NULL"),
        postgresql_where=sa.text("step IS NULL"),
        if_not_exists=True,
    )
    op.create_index(
        "metrics_of_steps",
        "metrics",
        ["run_id", "name", "level", "seq", "epoch", "step", "value", "time"],
        sqlite_where=sa.text("step IS NOT NULL"),
        postgresql_where=sa.text("step IS NOT NULL"),
        if_not_exists=True,
    )
    op.create_table(
        "counters",
        sa.Column("stem", sa.String, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.JSON),
        if_not_exists=True,
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("born", sa.Float, nullable=False),
        sa.Column("beats", sa.Integer, nullable=False),
        sa.Column("beat", sa.Float, nullable=False),
        sa.Column("keeper_pid", sa.Integer),
        sa.Column("keeper_born", sa.Float),
        if_not_exists=True,
    )
