"""The tables of products and buyers leave out what no event of the log has."""

from pathlib import Path
from typing import Any

import dash
import pytest

from dashboard.app import create_app
from data.datasets.store import Store
from data.home import Home
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

RATINGS = "user_id,item_id,timestamp\n1,7,2019-11-01T10:00:00Z\n2,8,2019-11-02T10:00:00Z\n"
PRICED = "user_id,item_id,timestamp,price\n1,7,2019-11-01T10:00:00Z,2.5\n"


@pytest.mark.parametrize(
    ("log", "shown"), [(RATINGS, set()), (PRICED, {"spent", "price"})], ids=["ratings", "prices"]
)
def test_money_has_a_column_where_the_log_has_prices(
    tmp_path: Path, log: str, shown: set[str]
) -> None:
    home = Home(tmp_path / "home")
    (tmp_path / "log.csv").write_text(log)
    ingest(Store(home), ImportRequest([tmp_path / "log.csv"], "log"))
    app = create_app(home)
    names = [f"dashboard.pages.datasets.{name}_page" for name in ("users", "products")]
    pages = [dash.page_registry[name] for name in names]
    with app.server.test_request_context():
        columns = {
            column["field"] for page in pages for column in _columns(page["layout"](dataset="log"))
        }
    assert columns & {"spent", "price", "brand", "category"} == shown


def _columns(page: Any) -> list[dict[str, Any]]:
    """Return the columns of the grid of a page."""
    (grid,) = (component for component in page._traverse() if hasattr(component, "columnDefs"))
    definitions: list[dict[str, Any]] = grid.columnDefs
    return definitions
