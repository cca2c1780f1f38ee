"""What side tables say of a buyer and of a product, beside what is recommended."""

from dash import html

from dashboard.pages.recommend.attribute_list import attribute_list
from dashboard.pages.recommend.page_state import Query
from dashboard.pages.recommend.panels import panels
from dashboard.services.recommendations.served_run import serve_run
from data.datasets.side_tables import Attribute
from data.datasets.store import Store
from data.home import Home
from data.importing.side_tables import attach_side_tables
from tests.dashboard.text import text_of

ADDRESS = "https://shop.example/cup.jpg"


def test_values_have_labels_and_addresses_are_links_that_load_nothing() -> None:
    (content,) = attribute_list(
        [
            (Attribute("year", "number", "Year"), 1995.0),
            (Attribute("image", "text", "Picture"), ADDRESS),
            (Attribute("note", "text", "Note"), "javascript:alert(1)"),
        ]
    )
    assert [text_of(part) for part in content.children] == [
        "Year 1995",
        f"Picture {ADDRESS}",
        "Note javascript:alert(1)",
    ]
    values = [part.children[1].children for part in content.children]
    assert isinstance(values[1], html.A)
    assert values[1].href == ADDRESS
    assert not isinstance(values[2], html.A)


def test_nothing_known_is_no_list() -> None:
    assert attribute_list([]) == []


def test_the_head_of_a_history_has_the_attributes_of_its_buyer(own_shop: tuple[Home, str]) -> None:
    home, run = own_shop
    users = home.path.parent / "users.csv"
    users.write_text("user_id,age\nu00000,31\n", encoding="utf-8")
    attach_side_tables(Store(home), "toy", buyers=users)
    served = serve_run(home, run)
    assert "age 31" in text_of(panels(served, Query(run=run, user="u00000"), "light").head)
    assert "age" not in text_of(panels(served, Query(run=run, user="u00001"), "light").head)
