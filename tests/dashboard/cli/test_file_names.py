"""A command reads and writes the file that it names, whatever characters the name has."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.dashboard.cli.conftest import Vitrina

NAMES = (
    "sales[1]", "sales*", "sales?", "{sales1,sales2}", "**", "new\nline", "https:x", "~", "-x",
)  # fmt: skip
NEIGHBOURS = ("sales1", "sales2", "x")
PRODUCT = "tea"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with logs of five buyers and tables of products under plain names."""
    for name in NEIGHBOURS:
        write_log(tmp_path / "files" / f"{name}.csv", buyers=5)
        write_log(tmp_path / "files" / f"{name}.parquet", buyers=5)
        write_log(tmp_path / "files" / name / "part.parquet", buyers=5)
        write_products(tmp_path / "files" / f"{name}.items.csv", "colour")
    return tmp_path / "files"


def write_log(file: Path, buyers: int) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    names = [f"buyer{number}" for number in range(buyers)]
    times = [f"2024-03-{day:02d} 10:00:00" for day in range(1, buyers + 1)]
    if file.suffix == ".parquet":
        columns = {"user": names, "product": [PRODUCT] * buyers, "time": times}
        pq.write_table(pa.table(columns), file)
    else:
        rows = (f"{name},{PRODUCT},{time}\n" for name, time in zip(names, times, strict=True))
        file.write_text("user,product,time\n" + "".join(rows))
    return file


def write_products(file: Path, column: str) -> Path:
    file.write_text(f"product_id,{column}\n{PRODUCT},fine\n")
    return file


@pytest.mark.parametrize("name", NAMES)
def test_an_import_reads_the_log_that_it_names(name: str, folder: Path, vitrina: Vitrina) -> None:
    for number, file in enumerate((f"{name}.csv", f"{name}.parquet", f"{name}/part.parquet")):
        log = write_log(folder / file, buyers=2)
        source = log.parent if "/" in file else log
        imported = vitrina("import", "--name", f"log{number}", "--json", "--", source)
        assert imported.code == 0, imported.err
        assert imported.json["users"] == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_dataset_gets_the_table_of_products_that_is_named(
    name: str, folder: Path, vitrina: Vitrina
) -> None:
    vitrina("import", write_log(folder / "log.csv", buyers=2), "--name", "log")
    table = write_products(folder / f"{name}.items.csv", "mood")
    attached = vitrina("attributes", "log", "--products", table, "--json")
    assert attached.code == 0, attached.err
    (table_of_products,) = attached.json["side_tables"].values()
    assert [one["name"] for one in table_of_products["attributes"]] == ["mood"]


@pytest.mark.parametrize(
    "name", ["sales*.csv", "sales?.csv", "sales[0-9].csv", "{sales1,sales2}.csv", "**/*.parquet"]
)
def test_a_pattern_names_no_file(name: str, folder: Path, vitrina: Vitrina) -> None:
    refused = vitrina("import", folder / name, "--name", "log")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert "There is no file" in refused.err
    assert vitrina("datasets", "--json").json == []
