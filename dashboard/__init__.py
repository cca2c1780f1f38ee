"""What people touch: the web application, its jobs and services, and the command line."""

from typing import TYPE_CHECKING

from data import sharing
from data.home import Home

if TYPE_CHECKING:
    from data.sharing.mirror import Mirror


def _open_mirror(home: Home) -> "Mirror":
    from dashboard.jobs.shared_store import open_mirror

    return open_mirror(home)


sharing.provide(_open_mirror)
