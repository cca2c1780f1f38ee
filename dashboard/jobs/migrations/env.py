"""Run by Alembic: applies revisions in the transaction of the caller."""

from alembic import context

from dashboard.jobs.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
