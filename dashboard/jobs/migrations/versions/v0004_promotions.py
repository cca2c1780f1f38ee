"""Which run is in service for each dataset."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "promotions",
        sa.Column("dataset", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run", sa.String),
        sa.Column("user", sa.String),
        sa.Column("time", sa.Float, nullable=False),
        if_not_exists=True,
    )
