"""The store that the machines of a database share, each of which has a home of its own."""

import uuid

from dashboard.jobs.database import Database
from dashboard.jobs.queue import set_setting, setting
from dashboard.jobs.repository import Repository
from dashboard.jobs.stored_folders import StoredFolders
from data.errors import BadInput
from data.files import atomic_write
from data.home import Home
from data.i18n import _
from data.sharing.mirror import LOG, Mirror
from data.sharing.object_store import ObjectStore

FILE = "store.id"
"""In the home: the store that it is a cache of. In the store: the database that it belongs to."""
STORE_ID, HOME_ID = "store", "home"
"""The settings that hold the id of the store, or of the home where all machines share that."""


def open_mirror(home: Home) -> Mirror:
    """Return the mirror of a home that has a store.

    Raises
    ------
    BadInput
        When the store or the home belongs to another database.
    StoreError
        When the store cannot be read.
    """
    repository = Repository(home)
    objects = ObjectStore(home.store_url or "")
    mirror = Mirror(home, StoredFolders(repository), objects)
    mirror.retried(lambda: _check(home, repository.database, objects))
    return mirror


def _check(home: Home, database: Database, objects: ObjectStore) -> None:
    """Refuse a home, store and database that do not belong together.

    The first process writes an id into each of them. A home that has been a cache of this store is
    known without asking the store, which may be out of reach at the moment.
    """
    with database.read() as connection:
        known = setting(connection, STORE_ID, None)
    file = home.path / FILE
    here = file.read_text("utf-8", "replace").split() if file.exists() else []
    if known is not None and here == [known, home.store_url]:
        return
    if here[:1] != [known] and _has_folders(home):
        raise BadInput(
            _(
                "The folder {home} has datasets or runs of its own, and would be a cache of the"
                " store; name an empty one with --home."
            ).format(home=home.path)
        )
    if known is None:
        known = _claim(database, objects)
    if _id_of(objects) != known:
        raise BadInput(_("The store is not the one of this database; check its address."))
    home.make()
    with atomic_write(file) as temporary:
        temporary.write_text(f"{known} {home.store_url}\n", "utf-8")


def _claim(database: Database, objects: ObjectStore) -> str:
    """Write an id into a database that has none and into the store, and return it.

    Of several machines that begin at once, the first one does.
    """
    with database.write() as connection:
        known: str | None = setting(connection, STORE_ID, None)
        if known is not None:
            return known
        if _id_of(objects) is not None:
            raise BadInput(
                _("The store belongs to another database; choose another prefix for this one.")
            )
        if setting(connection, HOME_ID, None) is not None:
            raise BadInput(
                _(
                    "The datasets of this database are in a folder that machines share; take a new"
                    " database for a store."
                )
            )
        known = uuid.uuid4().hex
        objects.write(FILE, known.encode())
        set_setting(connection, STORE_ID, known)
    return known


def _id_of(objects: ObjectStore) -> str | None:
    return (objects.read(FILE) or b"").decode("utf-8", "replace").strip() or None


def _has_folders(home: Home) -> bool:
    """Return whether there is more than the logs of runs whose processes have just been started."""
    if home.datasets.exists() and any(home.datasets.iterdir()):
        return True
    runs = home.runs.glob("*") if home.runs.exists() else ()
    return any(not run.is_dir() or any(file.name != LOG for file in run.iterdir()) for run in runs)
