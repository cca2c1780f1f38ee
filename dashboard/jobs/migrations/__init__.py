"""The version of the schema, and migrations from earlier ones (Alembic).

A change of ``dashboard.jobs.schema`` needs a module in ``versions``, which names its revision and
the one before it, and the new revision as ``HEAD``. Databases of version 0.1.0 have no version;
revision 0001 is their schema.
"""

from pathlib import Path

from sqlalchemy import Column, MetaData, String, Table, insert, inspect, select
from sqlalchemy.engine import Connection

from dashboard.jobs.schema import METADATA, TableError
from data.i18n import _

HEAD = "0009"
"""Revision of the schema that this version reads and writes."""

# Alembic's own table, which is no part of the schema.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def is_current(connection: Connection) -> bool:
    """Return whether a database has the schema of this version."""
    return _version(connection) == HEAD


def migrate(connection: Connection) -> None:
    """Create the tables of an empty database, or migrate those of an earlier version.

    Parameters
    ----------
    connection : Connection
        In a transaction that holds the write lock, so that of several processes that open a
        database at once one migrates it and the others find it migrated.

    Raises
    ------
    TableError
        When a later version of Vitrina has written the database.
    """
    version = _version(connection)
    if version == HEAD:
        return
    if version is None and not inspect(connection).has_table("runs"):
        METADATA.create_all(connection)
        _VERSION.create(connection)
        connection.execute(insert(_VERSION).values(version_num=HEAD))
        return
    _upgrade(connection, version)


def _version(connection: Connection) -> str | None:
    """Return the revision of a database; None for one that is empty or of version 0.1.0."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar()


def _upgrade(connection: Connection, version: str | None) -> None:
    # Imported only here: opening a database that needs no migration stays fast.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    if version is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(version)
        except CommandError as error:
            raise TableError(
                _(
                    "The home was written by a later version of Vitrina; install that version, or "
                    "choose another home folder with --home."
                )
            ) from error
    command.upgrade(config, "head")
