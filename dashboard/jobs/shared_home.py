"""The home that the machines of a database share: datasets and models lie in one folder."""

import uuid

from dashboard.jobs.queue import set_setting, setting
from dashboard.jobs.runs_table import Runs
from data.errors import BadInput
from data.files import atomic_write
from data.i18n import _

FILE = "home.id"
HOME = "home"
"""The setting that holds the id of the home."""


def check_home(runs: Runs) -> None:
    """Refuse a home that is not the one of the database, whose runs would miss their datasets.

    The first process that serves a database writes an id into its home and into the database. A
    home whose table is a file has its own table.

    Raises
    ------
    BadInput
        Where the database belongs to another home.
    """
    if runs.database.is_file:
        return
    file = runs.home.path / FILE
    with runs.database.write() as connection:
        known = setting(connection, HOME, None)
        here = file.read_text("utf-8", "replace").strip() if file.exists() else None
        if known is None:
            known = here or uuid.uuid4().hex
            set_setting(connection, HOME, known)
            if here is None:
                runs.home.make()
                with atomic_write(file) as temporary:
                    temporary.write_text(f"{known}\n", "utf-8")
        elif here != known:
            raise BadInput(
                _(
                    "The folder {home} is not the home of this database: all machines share one"
                    " folder of datasets and models; name it with --home."
                ).format(home=runs.home.path)
            )
