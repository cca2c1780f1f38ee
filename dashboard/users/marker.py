"""A file that says that a home has users, for when its table cannot be read or is another one."""

from contextlib import suppress

from data.home import Home

FILE = "has-users"
_TEXT = "This home has users: without a table of users, nobody is let in.\n"


def mark(home: Home) -> None:
    """Say that a home has users; on a read-only home, do nothing."""
    if home.database_url is None:
        with suppress(OSError):
            (home.path / FILE).write_text(_TEXT)


def unmark(home: Home) -> None:
    """Say that the last user of a home was removed."""
    (home.path / FILE).unlink(missing_ok=True)


def has_marker(home: Home) -> bool:
    """Return whether users were added to a home and not removed.

    Other machines may remove the users of a database of its own, which is no file that can be moved
    away either: such a home has no marker.
    """
    return home.database_url is None and (home.path / FILE).exists()
