"""The best epoch of a run is that of the highest val_ndcg@10, no longer of the lowest val_loss."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_RUNS = sa.table("runs", sa.column("id"), sa.column("kind"), sa.column("best", sa.JSON))
_METRICS = sa.table("metrics", *map(sa.column, ("run_id", "seq", "epoch", "step", "name", "value")))


def upgrade() -> None:
    """Compute ``best`` of every training again from the metrics of its epochs."""
    connection = op.get_bind()
    trainings = sa.select(_RUNS.c.id).where(_RUNS.c.kind == "train")
    for run_id in connection.execute(trainings).scalars().all():
        connection.execute(
            sa.update(_RUNS).where(_RUNS.c.id == run_id).values(best=_best(connection, run_id))
        )


def _best(connection: sa.Connection, run_id: int) -> dict[str, Any]:
    epochs: dict[int, dict[str, Any]] = {}
    for row in connection.execute(
        sa.select(_METRICS)
        .where(_METRICS.c.run_id == run_id, _METRICS.c.step.is_(None), _METRICS.c.epoch > 0)
        .order_by(_METRICS.c.epoch, _METRICS.c.seq)
    ):
        value = int(row.value) if row.name == "targets" and row.value is not None else row.value
        epochs.setdefault(row.epoch, {"epoch": row.epoch})[row.name] = value
    entries = [entry for entry in epochs.values() if entry.get("val_ndcg@10") is not None]
    return max(entries, key=lambda entry: float(entry["val_ndcg@10"]), default={})
