"""On which databases tests run: a SQLite file in the home, or a schema of a PostgreSQL server."""

import pytest

KINDS = ("sqlite", "postgresql")
on_both_databases = pytest.mark.parametrize("database_url", KINDS, indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def url_of(request: pytest.FixtureRequest) -> str | None:
    """Return the URL of a new, empty database; None for the SQLite file of the home."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    url: str = request.getfixturevalue("postgres").new_schema()
    return url
