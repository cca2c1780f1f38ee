"""The attributes of products and buyers as views of a dataset."""

import json
from pathlib import Path

from data.checksums import write_checked_json
from data.datasets.side_tables import Attribute
from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest


def test_a_dataset_without_side_tables_has_empty_views_of_attributes(
    store: Store, file: Path
) -> None:
    file.write_text("time,user,product\n2020-01-01,a,1\n")
    dataset = ingest(store, ImportRequest([file], "log"))
    assert (dataset.product_attributes, dataset.buyer_attributes) == ((), ())
    with dataset.connect() as connection:
        for view, columns in {
            "product_attributes": ["product_key", "product"],
            "buyer_attributes": ["user_key", "user"],
        }.items():
            result = connection.execute(f"FROM {view}")
            assert [column[0] for column in result.description] == columns
            assert result.fetchall() == []


def test_the_manifest_of_an_earlier_version_has_no_side_tables(store: Store, file: Path) -> None:
    file.write_text("time,user,product\n2020-01-01,a,1\n")
    dataset = ingest(store, ImportRequest([file], "log"))
    manifest = dataset.path.parent / "manifest.json"
    values = json.loads(manifest.read_text("utf-8"))
    del values["side_tables"]
    write_checked_json(manifest, values)
    assert store.open("log").manifest.side_tables == {}


def test_the_column_of_an_attribute_may_be_a_word_of_sql() -> None:
    assert Attribute("group", "category", "Group").column == '"group"'
