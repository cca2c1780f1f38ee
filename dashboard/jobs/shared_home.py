"""The home that the machines of a database share: datasets and models lie in one folder."""

import uuid
from pathlib import Path

from dashboard.jobs.queue import set_setting, setting
from dashboard.jobs.runs_table import Runs
from dashboard.jobs.shared_store import HOME_ID, STORE_ID
from data.errors import BadInput
from data.files import atomic_write
from data.i18n import _
from data.sharing import mirror_of

FILE = "home.id"


def home_id(runs: Runs) -> str:
    """Return the id of the folder or store that the machines of a database share.

    ``check_home`` has made it.
    """
    with runs.database.read() as connection:
        return str(setting(connection, HOME_ID, None) or setting(connection, STORE_ID, None))


def write_id(folder: Path) -> str:
    """Write a new id into the folder of a home, and return it."""
    new = uuid.uuid4().hex
    with atomic_write(folder / FILE) as temporary:
        temporary.write_text(f"{new}\n", "utf-8")
    return new


def check_home(runs: Runs) -> None:
    """Refuse a home that is not the one of the database, whose runs would miss their datasets.

    The first process that serves a database writes an id into its home and into the database. A
    home whose table is a file has its own table. Machines with a store have a home each.

    Raises
    ------
    BadInput
        Where the database belongs to another home, or to a store.
    StoreError
        Where the store cannot be read.
    """
    if mirror_of(runs.home) is not None or runs.database.is_file:
        return
    file = runs.home.path / FILE
    with runs.database.write() as connection:
        if setting(connection, STORE_ID, None) is not None:
            raise BadInput(
                _(
                    "The datasets of this database are in a store; name it with --store or"
                    " VITRINA_STORE."
                )
            )
        known = setting(connection, HOME_ID, None)
        here = file.read_text("utf-8", "replace").strip() if file.exists() else None
        if known is None:
            if here is None:
                runs.home.make()
                here = write_id(runs.home.path)
            set_setting(connection, HOME_ID, here)
        elif here != known:
            raise BadInput(
                _(
                    "The folder {home} is not the home of this database: all machines share one"
                    " folder of datasets and models; name it with --home."
                ).format(home=runs.home.path)
            )
