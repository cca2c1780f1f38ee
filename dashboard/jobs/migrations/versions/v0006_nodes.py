"""Several workers on one database, each on its own node."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the node of runs and workers, and what a worker says of itself."""
    op.add_column("runs", sa.Column("node", sa.String, nullable=False, server_default=""))
    op.add_column("workers", sa.Column("node", sa.String, nullable=False, server_default=""))
    op.add_column("workers", sa.Column("slots", sa.Integer))
    op.add_column(
        "workers", sa.Column("draining", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("workers", sa.Column("load", sa.JSON))
    op.create_index("workers_by_node", "workers", ["node"], unique=True)
