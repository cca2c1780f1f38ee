"""Placements of a dataset, each with rules and a model in service of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table, and let promotions name a placement."""
    op.create_table(
        "placements",
        sa.Column("dataset", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("rules", sa.JSON),
        sa.Column("user", sa.String),
        sa.Column("time", sa.Float, nullable=False),
        if_not_exists=True,
    )
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("promotions")}
    if "placement" not in columns:
        op.add_column(
            "promotions", sa.Column("placement", sa.String, nullable=False, server_default="")
        )
