"""Labels of workers, for runs that only some machines may carry out."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the labels of workers, and the one that a run asks for."""
    op.add_column("runs", sa.Column("worker_label", sa.String, nullable=False, server_default=""))
    op.add_column("workers", sa.Column("labels", sa.JSON))
