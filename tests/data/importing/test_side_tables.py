"""Tables of products and buyers beside a log: read, matched, filled in, replaced and removed."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput, Cancelled
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from data.importing.side_tables import attach_side_tables
from tests.data.logs import events, left_behind

pytestmark = pytest.mark.slow

LOG = """user_id,item_id,time,brand
u1,1,2024-01-01,own
u1,2,2024-01-02,
u2,3,2024-01-03,
u3,1,2024-01-04,
"""
ITEMS = """item_id,title,brand,colour,weight
2,Lamp,acme,red,1.5
1,Chair,acme,red,2.25
1,Another chair,other,blue,9
9,Desk,acme,blue,7.5
"""
USERS = "user_id,age,sex\nu1,31,F\nu2,25,M\nu9,44,M\n"


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return written(tmp_path / "log.csv", LOG)


@pytest.fixture
def items(tmp_path: Path) -> Path:
    return written(tmp_path / "items.csv", ITEMS)


@pytest.fixture
def users(tmp_path: Path) -> Path:
    return written(tmp_path / "users.csv", USERS)


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def rows(dataset: Dataset, view: str, key: str) -> list[dict[str, Any]]:
    with dataset.connect() as connection:
        frame = connection.execute(f"FROM {view} ORDER BY {key}").df()
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.drop(columns=f"{key}_key").to_dict("records")
    ]


def column(dataset: Dataset, name: str) -> list[Any]:
    return [None if pd.isna(value) else value for value in events(dataset)[name]]


def kinds(dataset: Dataset) -> dict[str, str]:
    attributes = dataset.product_attributes + dataset.buyer_attributes
    return {attribute.name: attribute.kind for attribute in attributes}


def test_tables_of_products_and_buyers_come_with_a_log(
    store: Store, log_file: Path, items: Path, users: Path
) -> None:
    dataset = ingest(store, ImportRequest([log_file], "log", products=items, buyers=users))
    assert rows(dataset, "product_attributes", "product") == [
        {"product": "1", "colour": "red", "weight": 2.25},
        {"product": "2", "colour": "red", "weight": 1.5},
    ]
    assert rows(dataset, "buyer_attributes", "user") == [
        {"user": "u1", "age": 31.0, "sex": "F"},
        {"user": "u2", "age": 25.0, "sex": "M"},
    ]
    assert kinds(dataset) == {
        "colour": "category",
        "weight": "number",
        "age": "number",
        "sex": "category",
    }


def test_ids_without_a_match_are_counted_both_ways_and_the_first_row_of_an_id_is_used(
    store: Store, log_file: Path, items: Path, users: Path
) -> None:
    dataset = ingest(store, ImportRequest([log_file], "log", products=items, buyers=users))
    tables = dataset.manifest.summary["side_tables"]
    counts = ("rows", "matched", "unmatched_in_log", "unmatched_in_table", "duplicates", "rejected")
    assert [tables["products"][count] for count in counts] == [4, 2, 1, 1, 1, 0]
    assert [tables["buyers"][count] for count in counts] == [3, 2, 1, 1, 0, 0]
    assert tables["products"]["file"] == "items.csv"
    assert [attribute["name"] for attribute in tables["products"]["attributes"]] == [
        "colour",
        "weight",
    ]
    understood = dataset.manifest.summary["understood"]["side_tables"]["products"]
    assert understood["key"] == "item_id"
    assert understood["roles"] == {"title": "title", "brand": "brand"}


def test_a_table_fills_what_the_log_does_not_have(
    store: Store, log_file: Path, items: Path
) -> None:
    dataset = ingest(store, ImportRequest([log_file], "log", products=items))
    assert column(dataset, "brand") == ["own", "acme", None, "acme"]
    assert column(dataset, "title") == ["Chair", "Lamp", None, "Chair"]
    assert column(dataset, "row") == [0, 1, 2, 3]
    with dataset.connect() as connection:
        title = connection.execute("SELECT title FROM products WHERE product = '1'").fetchone()
        brands = connection.execute("SELECT brand FROM purchases ORDER BY row").fetchall()
    assert title == ("Chair",)
    assert brands == [("own",), ("acme",), (None,), ("acme",)]
    assert dataset.manifest.summary["missing_brand_share"] == 0.25


def test_another_table_takes_the_place_of_the_first_and_the_log_keeps_its_own_values(
    store: Store, log_file: Path, items: Path, tmp_path: Path
) -> None:
    ingest(store, ImportRequest([log_file], "log", products=items))
    other = written(tmp_path / "other.csv", "item_id,brand,size\n1,new,S\n3,new,L\n")
    dataset = attach_side_tables(store, "log", products=other)
    assert column(dataset, "brand") == ["own", None, "new", "new"]
    assert column(dataset, "title") == [None] * 4
    assert kinds(dataset) == {"size": "category"}
    dataset = attach_side_tables(store, "log", remove=["products"])
    assert column(dataset, "brand") == ["own", None, None, None]
    assert (dataset.manifest.side_tables, dataset.product_attributes) == ({}, ())
    assert dataset.manifest.summary["side_tables"] == {}


def test_a_table_of_buyers_changes_no_event(
    store: Store, log_file: Path, items: Path, users: Path
) -> None:
    before = ingest(store, ImportRequest([log_file], "log", products=items))
    files = {file.name: file.stat().st_ino for file in before.path.iterdir()}
    dataset = attach_side_tables(store, "log", buyers=users)
    assert dataset.fingerprint != before.fingerprint
    inodes = {file.name: file.stat().st_ino for file in dataset.path.iterdir()}
    assert {name for name in inodes if files.get(name) != inodes[name]} == {
        "buyer_attributes.parquet",
        "checksums.json",
    }
    assert kinds(dataset)["colour"] == "category"


def test_a_file_of_other_ids_is_refused_and_changes_nothing(
    store: Store, log_file: Path, items: Path, tmp_path: Path
) -> None:
    wrong = written(tmp_path / "wrong.csv", "item_id,year\nA1,1\nA2,2\nA3,3\n")
    with pytest.raises(BadInput, match="no value of column item_id, such as A1, is a product"):
        ingest(store, ImportRequest([log_file], "log", products=wrong))
    assert left_behind(store) == []
    before = ingest(store, ImportRequest([log_file], "log", products=items))
    with pytest.raises(BadInput, match="no value of column item_id"):
        attach_side_tables(store, "log", products=wrong)
    unnamed = written(tmp_path / "unnamed.csv", "a,b\nx,1\ny,1\nz,1\n")
    with pytest.raises(BadInput, match="no column with the buyers of the log, such as u1"):
        attach_side_tables(store, "log", buyers=unnamed)
    header = written(tmp_path / "header.csv", "item_id,title\n")
    with pytest.raises(BadInput, match="holds a header but no rows"):
        attach_side_tables(store, "log", products=header)
    with pytest.raises(Cancelled):
        attach_side_tables(store, "log", products=items, should_stop=lambda: True)
    assert store.open("log").manifest == before.manifest


def test_events_added_later_are_filled_and_side_tables_stay(
    store: Store, log_file: Path, items: Path, users: Path, tmp_path: Path
) -> None:
    ingest(store, ImportRequest([log_file], "log", products=items, buyers=users))
    more = written(tmp_path / "more.csv", "user_id,item_id,time,brand\nu9,9,2024-02-01,\n")
    dataset = ingest(store, ImportRequest([more], "log", mode="append"))
    assert column(dataset, "title") == ["Chair", "Lamp", None, "Chair", "Desk"]
    assert column(dataset, "brand")[0] == "own"
    assert dataset.manifest.summary["side_tables"]["products"]["matched"] == 3
    assert [row["user"] for row in rows(dataset, "buyer_attributes", "user")] == ["u1", "u2", "u9"]
    text = written(tmp_path / "text.csv", "user_id,item_id,time,brand\nu9,x,2024-03-01,\n")
    dataset = ingest(store, ImportRequest([text], "log", mode="append"))
    assert [row["product"] for row in rows(dataset, "product_attributes", "product")] == [
        "1",
        "2",
        "9",
    ]
    dataset = ingest(store, ImportRequest([log_file], "log", mode="replace"))
    assert (dataset.manifest.side_tables, dataset.product_attributes) == ({}, ())


def test_a_dataset_with_side_tables_is_renamed_and_deleted(
    store: Store, log_file: Path, items: Path
) -> None:
    ingest(store, ImportRequest([log_file], "log", products=items))
    store.rename("log", "shop")
    assert len(rows(store.open("shop"), "product_attributes", "product")) == 2
    store.delete("shop")
    assert left_behind(store) == []


@pytest.mark.parametrize("form", ["csv", "semicolons", "gzip", "json", "parquet", "xlsx", "zip"])
def test_a_side_table_may_be_of_any_kind_that_a_log_may_be(
    store: Store, log_file: Path, tmp_path: Path, form: str
) -> None:
    frame = pd.read_csv(io.StringIO(ITEMS), dtype=str)
    file = tmp_path / f"items.{form}"
    if form == "gzip":
        file.write_bytes(gzip.compress(ITEMS.encode()))
    elif form == "json":
        file.write_text("\n".join(json.dumps(row) for row in frame.to_dict("records")))
    elif form == "parquet":
        frame.astype({"item_id": float}).to_parquet(file)
    elif form == "xlsx":
        frame.astype({"item_id": int}).to_excel(file, index=False)
    elif form == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("README", "What is in here.\nNo table.\n")
            archive.writestr("data/items.csv", ITEMS)
    else:
        file.write_text(ITEMS.replace(",", ";" if form == "semicolons" else ","))
    dataset = ingest(store, ImportRequest([log_file], "log", products=file))
    assert column(dataset, "title") == ["Chair", "Lamp", None, "Chair"]
    assert kinds(dataset) == {"colour": "category", "weight": "number"}


def test_a_member_of_an_archive_is_named_by_its_path(
    store: Store, log_file: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "shop.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("old/items.csv", ITEMS.replace("Chair", "Old chair"))
        zipped.writestr("items.csv", ITEMS)
    dataset = ingest(store, ImportRequest([log_file], "log", products=archive / "items.csv"))
    assert column(dataset, "title")[0] == "Chair"
    with pytest.raises(BadInput, match="There is no file"):
        ingest(store, ImportRequest([log_file], "two", products=archive / "users.csv"))


INTER = "user_id:token\titem_id:token\ttimestamp:float\n7\t1\t881250949\n8\t2\t891717742\n"
ITEM = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "1\tToy Story\t1995\tAnimation Children's Comedy\n2\tGoldenEye\t1995\tAction Adventure\n"
)
USER = "user_id:token\tage:token\tgender:token\n7\t24\tM\n8\t53\tF\n"


@pytest.mark.parametrize("place", ["file", "folder", "archive", "member"])
def test_the_item_and_user_files_of_recbole_are_found_beside_the_log(
    store: Store, tmp_path: Path, place: str
) -> None:
    folder = tmp_path / "ml"
    folder.mkdir()
    for suffix, text in {"inter": INTER, "item": ITEM, "user": USER, "kg": "h\tr\tt\n"}.items():
        written(folder / f"ml.{suffix}", text)
    with zipfile.ZipFile(tmp_path / "ml.whl", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"examples/{file.name}")
    log = {
        "file": folder / "ml.inter",
        "folder": folder,
        "archive": tmp_path / "ml.whl",
        "member": tmp_path / "ml.whl" / "examples" / "ml.inter",
    }[place]
    dataset = ingest(store, ImportRequest([log], "ml"))
    assert column(dataset, "title") == ["Toy Story", "GoldenEye"]
    assert column(dataset, "category") == ["Animation Children's Comedy", "Action Adventure"]
    assert rows(dataset, "product_attributes", "product") == [
        {"product": "1", "release_year": 1995.0},
        {"product": "2", "release_year": 1995.0},
    ]
    assert rows(dataset, "buyer_attributes", "user") == [
        {"user": "7", "age": 24.0, "gender": "M"},
        {"user": "8", "age": 53.0, "gender": "F"},
    ]
    assert set(dataset.manifest.summary["understood"]["side_tables"]) == {"products", "buyers"}


def test_a_file_beside_the_log_that_does_not_match_it_is_passed_over_and_named(
    store: Store, tmp_path: Path
) -> None:
    written(tmp_path / "ml.item", ITEM.replace("\n1\t", "\nx\t").replace("\n2\t", "\ny\t"))
    log = written(tmp_path / "ml.inter", INTER)
    dataset = ingest(store, ImportRequest([log], "ml"))
    assert dataset.manifest.side_tables == {}
    assert list(dataset.manifest.summary["understood"]["skipped"]) == ["ml.item"]


def test_the_files_of_movielens_name_no_columns_and_are_read(store: Store, tmp_path: Path) -> None:
    log = written(tmp_path / "u.data", "7\t1\t3\t881250949\n8\t2\t5\t891717742\n7\t2\t1\t88125\n")
    flags = "|".join("1" if k in {3, 4, 5} else "0" for k in range(19))
    movies = f"1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/M/title-exact?Toy|{flags}\n"
    movies += f"2|Misérables, Les|01-Jan-1995||http://us.imdb.com/M/x|0|1|{'|'.join('0' * 17)}\n"
    items = tmp_path / "u.item"
    items.write_bytes(movies.encode("latin-1"))
    users = written(tmp_path / "u.user", "7|24|M|technician|85711\n8|53|F|other|04043\n")
    mapping = {"user": "1", "product": "2", "time": "4"}
    dataset = ingest(store, ImportRequest([log], "ml", mapping, products=items, buyers=users))
    assert column(dataset, "title")[:2] == ["Toy Story (1995)", "Misérables, Les"]
    assert column(dataset, "category")[:2] == ["Animation|Children's|Comedy", "Action"]
    assert rows(dataset, "buyer_attributes", "user")[1] == {
        "user": "8",
        "age": 53.0,
        "gender": "F",
        "occupation": "other",
        "zip_code": "04043",
    }


def test_columns_that_show_a_hierarchy_are_one_category(
    store: Store, tmp_path: Path, log_file: Path
) -> None:
    items = written(
        tmp_path / "items.csv",
        "product_id,department,product_category,product_type,brand,package_size\n"
        "1,GROCERY,FRZN ICE,ICE - CRUSHED/CUBED,National,22 LB\n"
        "2,GROCERY,MISC. DAIRY,MILK,Private,1 GA\n"
        "3,PASTRY,BREAD,,Private,\n"
        "4,PASTRY,BREAD,ROLLS,Private,\n"
        "5,GROCERY,MISC. DAIRY,EGGS,Private,12 CT\n"
        "6,GROCERY,MISC. DAIRY,BUTTER,Private,16 OZ\n"
        "7,,,,,\n",
    )
    dataset = ingest(store, ImportRequest([log_file], "log", products=items))
    assert column(dataset, "category")[:3] == [
        "GROCERY.FRZN ICE.ICE - CRUSHED/CUBED",
        "GROCERY.MISC· DAIRY.MILK",
        "PASTRY.BREAD",
    ]
    assert kinds(dataset) == {"package_size": "category"}
    understood = dataset.manifest.summary["understood"]["side_tables"]["products"]
    assert understood["roles"]["category"] == "department > product_category > product_type"


def test_ranges_and_codes_are_no_numbers(store: Store, tmp_path: Path, log_file: Path) -> None:
    users = written(
        tmp_path / "users.csv",
        "user_id,age,zip_code,income,kids,first,member\n"
        'u1,45-54,02139,"$1,200.50",2,a,1\nu2,65+,10001,"$12,000.00",0,b,0\n'
        "u3,19-24,10001,NA,unknown,a,1\n",
    )
    dataset = ingest(store, ImportRequest([log_file], "log", buyers=users))
    assert kinds(dataset) == {
        "age": "category",
        "zip_code": "category",
        "income": "number",
        "kids": "number",
        "first_2": "category",
        "member": "category",
    }
    assert [row["age"] for row in rows(dataset, "buyer_attributes", "user")] == [
        "45-54",
        "65+",
        "19-24",
    ]
    assert [row["income"] for row in rows(dataset, "buyer_attributes", "user")] == [
        1200.5,
        12000.0,
        None,
    ]


def test_lists_and_images_of_json_are_read(store: Store, tmp_path: Path, log_file: Path) -> None:
    products = [
        {
            "parent_asin": str(k),
            "title": f"Product {k}",
            "categories": ["Beauty", "Hair", "Combs"],
            "images": [{"thumb": f"https://shop.test/{k}.jpg", "variant": "MAIN"}],
            "price": "12.50",
            "details": {"Brand": "acme"},
        }
        for k in (1, 2, 3)
    ]
    file = written(tmp_path / "meta.jsonl", "\n".join(map(json.dumps, products)))
    dataset = ingest(store, ImportRequest([log_file], "log", products=file))
    event = events(dataset).iloc[2]
    assert (event["title"], event["price"], event["brand"]) == ("Product 3", 12.5, "acme")
    assert event["category"] == "Beauty.Hair.Combs"
    assert rows(dataset, "product_attributes", "product")[0] == {
        "product": "1",
        "image": "https://shop.test/1.jpg",
    }


def test_lists_of_genres_are_labels_and_no_levels(
    store: Store, tmp_path: Path, log_file: Path
) -> None:
    items = written(
        tmp_path / "items.csv", "item_id,genres\n1,\"['Drama', 'War']\"\n2,\"['War', 'Mr. X']\"\n"
    )
    dataset = ingest(store, ImportRequest([log_file], "log", products=items))
    assert column(dataset, "category")[:2] == ["Drama|War", "War|Mr. X"]


def test_ids_in_attributes_lose_no_digit(store: Store, tmp_path: Path, log_file: Path) -> None:
    items = written(tmp_path / "items.csv", "item_id,parent\n1,9007199254740993\n2,7\n")
    dataset = ingest(store, ImportRequest([log_file], "log", products=items))
    parents = [row["parent"] for row in rows(dataset, "product_attributes", "product")]
    assert parents == ["9007199254740993", "7"]


def test_the_files_of_movielens_1m_are_named_inside_their_archive(
    store: Store, tmp_path: Path
) -> None:
    archive = tmp_path / "ml-1m.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        ratings = "1::1193::5::978300760\n2::661::3::978302109\n"
        ratings += "1::661::3::978302268\n2::1193::4::978298413\n"
        zipped.writestr("ml-1m/ratings.dat", ratings)
        movies = "661::James and the Giant Peach (1996)::Animation|Children's\n"
        movies += "1193::Misérables, Les (1975)::Drama\n"
        zipped.writestr("ml-1m/movies.dat", movies.encode("latin-1"))
        zipped.writestr("ml-1m/users.dat", "1::F::1::10::48067\n2::M::56::16::70072\n")
    request = ImportRequest(
        [archive / "ml-1m" / "ratings.dat"],
        "ml",
        products=archive / "ml-1m" / "movies.dat",
        buyers=archive / "ml-1m" / "users.dat",
    )
    dataset = ingest(store, request)
    assert column(dataset, "title")[:2] == [
        "Misérables, Les (1975)",
        "James and the Giant Peach (1996)",
    ]
    assert column(dataset, "category")[:2] == ["Drama", "Animation|Children's"]
    assert rows(dataset, "buyer_attributes", "user")[0] == {
        "user": "1",
        "gender": "F",
        "age": 1.0,
        "occupation": "10",
        "zip_code": "48067",
    }


FLAGS = "|".join("1" if k == 5 else "0" for k in range(19))
MOVIELENS = {
    "ml-100k.zip": {
        "ml-100k/README": "SUMMARY & USAGE LICENSE\n",
        "ml-100k/u.data": "7\t1\t3\t881250949\n8\t2\t5\t891717742\n",
        "ml-100k/ua.base": "7\t1\t3\t881250949\n",
        "ml-100k/u.genre": "Comedy|5\nDrama|8\n",
        "ml-100k/u.item": f"1|Toy Story (1995)|01-Jan-1995||x|{FLAGS}\n"
        f"2|Heat (1995)|01-Jan-1995||x|{FLAGS}\n",
        "ml-100k/u.user": "7|24|M|technician|85711\n8|53|F|other|04043\n",
    },
    "ml-1m.zip": {
        "ml-1m/users.dat": "7::F::1::10::48067\n8::M::56::16::70072\n",
        "ml-1m/movies.dat": "1::Toy Story (1995)::Comedy\n2::Heat (1995)::Action|Crime\n",
        "ml-1m/ratings.dat": "7::1::3::881250949\n8::2::5::891717742\n",
    },
    "ml-latest-small.zip": {
        "ml-latest-small/tags.csv": "userId,movieId,tag,timestamp\n7,1,fun,1139045764\n",
        "ml-latest-small/links.csv": "movieId,imdbId,tmdbId\n1,0114709,862\n",
        "ml-latest-small/ratings.csv": "userId,movieId,rating,timestamp\n"
        "7,1,3.0,881250949\n8,2,5.0,891717742\n",
        "ml-latest-small/movies.csv": "movieId,title,genres\n1,Toy Story (1995),Comedy\n"
        "2,Heat (1995),Action|Crime\n",
    },
}


@pytest.mark.parametrize("name", MOVIELENS)
@pytest.mark.parametrize("packed", [True, False])
def test_of_the_files_of_movielens_the_ratings_are_the_log(
    store: Store, tmp_path: Path, name: str, packed: bool
) -> None:
    source = tmp_path / name
    if packed:
        with zipfile.ZipFile(source, "w") as zipped:
            for member, text in MOVIELENS[name].items():
                zipped.writestr(member, text)
    else:
        source = tmp_path / name.removesuffix(".zip")
        source.mkdir()
        for member, text in MOVIELENS[name].items():
            (tmp_path / member).write_text(text)
    dataset = ingest(store, ImportRequest([source], "ml"))
    assert dataset.manifest.summary["rows_read"] == 2
    assert column(dataset, "user")[0] in {7, "7"}
    assert column(dataset, "title")[0] == "Toy Story (1995)"
    assert dataset.manifest.summary["first_event"].startswith("1997-12-04")
    used = {"ratings", "movies", "users", "u.data", "u.item", "u.user"}
    others = [member for member in MOVIELENS[name] if Path(member).stem not in used]
    others = [member for member in others if Path(member).name not in used]
    assert sorted(dataset.manifest.summary["understood"]["skipped"]) == sorted(
        f"{name}/{member}" if packed else member for member in others
    )


def test_logs_with_different_columns_in_an_archive_are_not_mixed(
    store: Store, tmp_path: Path
) -> None:
    archive = tmp_path / "shop.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("wishes.csv", "user_id,item_id,time,note\n1,2,2024-01-01,x\n")
        zipped.writestr("orders.csv", "user_id,item_id,time,price\n1,3,2024-01-02,5.00\n")
    with pytest.raises(BadInput, match=r"shop\.zip/wishes\.csv and shop\.zip/orders\.csv are logs"):
        ingest(store, ImportRequest([archive], "log"))
    dataset = ingest(store, ImportRequest([archive / "orders.csv"], "log"))
    assert column(dataset, "price") == [5.0]


def test_the_name_of_a_category_is_better_than_its_id(store: Store, tmp_path: Path) -> None:
    log = written(
        tmp_path / "log.csv",
        "user_id,item_id,time,category_id\nu,1,2024-01-01,44\nu,2,2024-01-02,7\n",
    )
    items = written(tmp_path / "items.csv", "item_id,category\n1,toys.car\n")
    dataset = ingest(store, ImportRequest([log], "log", products=items))
    assert column(dataset, "category") == ["toys.car", "7"]
    assert column(dataset, "category_id") == ["44", "7"]
    dataset = attach_side_tables(store, "log", remove=["products"])
    assert column(dataset, "category") == ["44", "7"]


def test_a_price_that_can_be_read_in_two_ways_is_refused_with_the_option_that_decides(
    store: Store, tmp_path: Path, log_file: Path
) -> None:
    items = written(tmp_path / "items.csv", 'item_id,price\n1,"1,250"\n2,"3,400"\n')
    with pytest.raises(BadInput, match="vitrina attributes"):
        ingest(store, ImportRequest([log_file], "log", products=items))
    ingest(store, ImportRequest([log_file], "log"))
    dataset = attach_side_tables(store, "log", products=items, decimal_mark=",")
    assert column(dataset, "price") == [1.25, 3.4, None, 1.25]


def test_events_and_another_table_of_products_come_at_once(
    store: Store, log_file: Path, items: Path, tmp_path: Path
) -> None:
    ingest(store, ImportRequest([log_file], "log", products=items))
    more = written(tmp_path / "more.csv", "user_id,item_id,time,brand\nu9,9,2024-02-01,\n")
    other = written(tmp_path / "other.csv", "item_id,brand,size\n1,new,S\n9,new,L\n")
    request = ImportRequest([more], "log", mode="append", products=other)
    dataset = ingest(store, request)
    assert column(dataset, "brand") == ["own", None, None, "new", "new"]
    assert column(dataset, "title") == [None] * 5


def test_a_log_without_times_keeps_its_order(store: Store, tmp_path: Path) -> None:
    count = 200_000
    log = tmp_path / "log.csv"
    lines = "\n".join(f"{k % 10},{k * 7919 % count}" for k in range(count))
    log.write_text(f"user_id,item_id\n{lines}\n")
    titles = "\n".join(f"{k},title {k}" for k in range(count))
    items = written(tmp_path / "items.csv", f"item_id,title\n{titles}\n")
    dataset = ingest(store, ImportRequest([log], "log", products=items))
    with dataset.connect() as connection:
        wrong = connection.execute(
            f"SELECT count(*) FROM events WHERE product_key <> row * 7919 % {count} "
            "OR title <> 'title ' || product OR epoch(time) <> row"
        ).fetchone()
    assert wrong == (0,)


def test_the_sheet_with_a_row_for_each_product_is_the_table_of_products(
    store: Store, tmp_path: Path
) -> None:
    book = tmp_path / "shop.xlsx"
    with pd.ExcelWriter(book) as writer:
        orders = pd.DataFrame({"user_id": ["a", "b", "a"], "item_id": ["p1", "p2", "p1"]})
        orders.to_excel(writer, sheet_name="orders", index=False)
        products = pd.DataFrame({"item_id": ["p1"], "title": ["Chair"]})
        products.to_excel(writer, sheet_name="products", index=False)
    dataset = ingest(store, ImportRequest([book], "log", products=book, sheet="orders"))
    assert column(dataset, "title") == ["Chair", None, "Chair"]


CATALOGUES = {
    "MovieLens 25M": (
        "userId,movieId,rating,timestamp\n1,296,5.0,1147880044\n1,306,3.5,1147868817\n",
        "movieId,title,genres\n296,Pulp Fiction (1994),Comedy|Crime\n"
        '306,"Red, Three Colors: (1994)",Drama|Comedy\n',
        {"title": "Pulp Fiction (1994)", "category": "Comedy|Crime"},
        {},
    ),
    "Instacart": (
        "user_id,product_id,order_id\n1,33120,2\n1,28985,2\n",
        "product_id,product_name,aisle_id,department_id\n33120,Egg Whites,86,16\n28985,Kale,83,4\n",
        {"title": "Egg Whites", "category": "86", "category_id": "86"},
        {"department_id": "category"},
    ),
    "H&M": (
        "t_dat,customer_id,article_id,price\n2018-09-20,00a1,0108775015,0.05\n"
        "2018-09-20,00a1,0110065001,0.03\n",
        "article_id,product_code,prod_name,product_type_name,colour_group_name,detail_desc\n"
        '0108775015,0108775,Strap top,Vest top,Black,"Jersey top, narrow"\n'
        "0110065001,0110065,OP T-shirt,Bra,Black,Microfibre\n",
        {"title": "Strap top", "price": 0.05},
        {"product_code": "category", "colour_group_name": "category"},
    ),
    "Shopify": (
        "email,lineitem sku,created at,lineitem price\na@x.test,TS-1,2024-01-01,9.5\n"
        "b@x.test,TS-2,2024-01-02,8\n",
        "ID,Title,Vendor,Variant SKU,Variant Price,Image Src\n9001,Shirt,Acme,TS-1,9.50,http://a/1\n"
        "9002,Hat,Acme,TS-2,8.00,http://a/2\n",
        {"title": "Shirt", "brand": "Acme", "price": 9.5},
        {"image": "text"},
    ),
}


@pytest.mark.parametrize("maker", CATALOGUES)
def test_the_catalogues_of_known_data_sets_are_read(
    store: Store, tmp_path: Path, maker: str
) -> None:
    text, products, first, attributes = CATALOGUES[maker]
    log, items = written(tmp_path / "log.csv", text), written(tmp_path / "items.csv", products)
    mapping = {"user": "email", "product": "lineitem sku"} if maker == "Shopify" else None
    dataset = ingest(store, ImportRequest([log], "log", mapping, products=items))
    event = events(dataset).iloc[0]
    assert {name: event[name] for name in first} == first
    assert kinds(dataset).items() >= attributes.items()
    assert dataset.manifest.summary["side_tables"]["products"]["unmatched_in_log"] == 0
