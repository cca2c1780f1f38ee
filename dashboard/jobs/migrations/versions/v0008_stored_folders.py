"""Folders of datasets and runs in a store that several machines share."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "stored_folders",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        if_not_exists=True,
    )
    op.create_index(
        "stored_folders_by_revision", "stored_folders", ["revision"], if_not_exists=True
    )
    op.create_table(
        "stored_garbage",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("since", sa.Float, nullable=False),
        if_not_exists=True,
    )
