"""Purchase logs in, from the command line."""

import csv
import gzip
import os
import stat
from pathlib import Path

import pytest

from data.checksums import write_checked_json
from data.files import read_json
from data.home import Home
from data.importing.request import ImportRequest
from tests.dashboard.cli.conftest import Answer, Vitrina

KAGGLE = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
)
ROWS = [
    "2019-11-01 00:00:00 UTC,view,10,1,electronics.smartphone,apple,999.5,7,a",
    "2019-11-01 00:00:05 UTC,purchase,10,1,electronics.smartphone,apple,999.5,7,a",
    "2019-11-02 00:00:00 UTC,purchase,11,2,,,5.0,7,b",
]
CONTRACT = {
    "name",
    "rows_read",
    "rows_kept",
    "rows_rejected",
    "rejected_by_reason",
    "events",
    "purchases",
    "users",
    "products",
    "first_event",
    "last_event",
    "missing_category_share",
    "missing_brand_share",
    "repeat_share",
    "consecutive_repeat_share",
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A purchase log of three rows in the Kaggle columns."""
    file = tmp_path / "log.csv"
    file.write_text("\n".join([KAGGLE, *ROWS]) + "\n", encoding="utf-8")
    return file


def refused(answer: Answer, home: Home) -> str:
    """Check that a command said one sentence, exited with 2 and left nothing; return it."""
    assert answer.code == 2
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1
    assert list(home.datasets.iterdir()) == []
    return answer.err


def test_import_prints_the_figures_that_others_rely_on(vitrina: Vitrina, log: Path) -> None:
    answer = vitrina("import", log, "--name", "shop", "--json")
    assert answer.code == 0
    assert answer.json.keys() >= CONTRACT
    assert (answer.json["rows_read"], answer.json["rows_kept"]) == (3, 3)
    assert (answer.json["purchases"], answer.json["users"], answer.json["products"]) == (2, 1, 2)


def test_stats_and_datasets_say_what_import_said(vitrina: Vitrina, log: Path) -> None:
    imported = vitrina("import", log, "--name", "shop", "--json").json
    assert vitrina("stats", "shop", "--json").json == imported
    assert vitrina("datasets", "--json").json == [imported]


def test_of_very_many_event_types_the_first_ones_are_printed(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    rows = "".join(f"7,1,2019-11-01,screen {k}\n" for k in range(900))
    file.write_text(f"user_id,item_id,time,event_type\n{rows}7,1,2019-11-02,BUY\n")
    assert vitrina("import", file, "--name", "shop").code == 0
    printed = vitrina("stats", "shop").out
    assert printed.count("screen") < 30
    assert "…" in printed
    assert vitrina("stats", "shop", "--json").out.count("screen") >= 900


def test_a_compressed_file_gives_the_same_dataset(vitrina: Vitrina, log: Path) -> None:
    packed = log.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(log.read_bytes()))
    plain = vitrina("import", log, "--name", "plain", "--json").json
    other = vitrina("import", packed, "--name", "packed", "--json").json
    assert (other.pop("name"), other["understood"].pop("compression")) == ("packed", "gzip")
    assert (plain.pop("name"), plain["understood"].pop("compression")) == ("plain", "none")
    assert other == plain


def test_columns_of_other_names_can_be_mapped(vitrina: Vitrina, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("k,q,w\n1,2,2019-01-01 00:00:00\n1,3,2019-01-02 00:00:00\n", encoding="utf-8")
    answer = vitrina("import", file, "--name", "odd", "--map", "user=k,item=q,time=w", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["users"] == 1
    assert answer.json["products"] == 2


def test_a_column_whose_name_holds_a_comma_can_be_mapped(vitrina: Vitrina, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text('"buyer, id",q\n1,2\n2,3\n2,2\n', encoding="utf-8")
    columns = '"user=buyer, id",item=q'
    answer = vitrina("import", file, "--name", "odd", "--map", columns, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["users"] == 2


def test_the_kaggle_slice_has_its_known_figures(vitrina: Vitrina, shared: Path) -> None:
    answer = vitrina(
        "import", shared / "rees46_2019-Oct_first_hours.csv", "--name", "oct", "--json"
    )
    assert answer.json["rows_read"] == 17_435
    assert answer.json["purchases"] == 214
    assert answer.json["rows_read"] == answer.json["rows_kept"] + answer.json["rows_rejected"]


def test_complete_journey_has_its_known_figures(vitrina: Vitrina, shared: Path) -> None:
    figures = vitrina(
        "import", shared / "complete_journey_2017.csv.gz", "--name", "cj", "--json"
    ).json
    assert figures["purchases"] == 74_471
    assert figures["users"] == 2_373
    assert figures["products"] == 20_805


def test_a_sample_is_imported_under_the_name_that_is_given(
    vitrina: Vitrina, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(folder: Path, name: str, mode: str) -> ImportRequest:
        (folder / "log.csv").write_text("user,item,time\na,p,2024-01-01\n")
        return ImportRequest([folder / "log.csv"], name, mode=mode)

    monkeypatch.setattr("data.importing.complete_journey.request", small)
    answer = vitrina("sample", "complete-journey", "--name", "cj", "--json")
    assert answer.json["name"] == "cj"
    assert "CC0" in answer.err
    assert vitrina("sample", "complete-journey", "--name", "cj").code == 2


def test_a_sample_without_its_package_is_refused_in_a_sentence(
    vitrina: Vitrina, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.importing.complete_journey._PACKAGE", "no_such_package")
    answer = vitrina("sample", "complete-journey")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "pip install 'vitrina[samples]'" in answer.err


def test_the_demo_shop_is_made_and_written_alike(
    vitrina: Vitrina, home: Home, tmp_path: Path
) -> None:
    made = vitrina("demo", "--buyers", 200, "--seed", 3, "--json").json
    out = tmp_path / "demo.csv"
    assert vitrina("demo", "--buyers", 200, "--seed", 3, "--out", out).code == 0
    with out.open(encoding="utf-8", newline="") as rows:
        assert sum(1 for _row in csv.DictReader(rows)) == made["rows_read"]
    assert made["name"] == "demo"
    assert vitrina("import", out, "--name", "again", "--json").json["users"] == made["users"]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "no file"),
        (b"", "empty"),
        (b"colour,size\nred,3\n", "column"),
        (b"\x00\x01garbage that no table has\xff\xfe" * 40, ""),
    ],
    ids=["missing", "empty", "without the needed columns", "garbage"],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(
    vitrina: Vitrina, home: Home, tmp_path: Path, content: bytes | None, word: str
) -> None:
    file = tmp_path / "bad.csv"
    if content is not None:
        file.write_bytes(content)
    sentence = refused(vitrina("import", file, "--name", "bad", "--json"), home)
    assert word in sentence
    assert "bad.csv" in sentence


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a\\b"])
def test_a_name_that_is_no_name_is_refused(
    vitrina: Vitrina, home: Home, log: Path, name: str
) -> None:
    refused(vitrina("import", log, "--name", name), home)


@pytest.mark.parametrize(
    "command",
    [
        ("stats", "nowhere"),
        ("train", "nowhere"),
        ("show", "nowhere-1"),
        ("stop", "nowhere-1"),
        ("resume", "nowhere-1"),
        ("delete", "nowhere-1"),
        ("evaluate", "nowhere-1"),
        ("recommend", "nowhere-1", "--user", "7"),
        ("import",),
        ("demo", "--buyers", "0"),
        ("demo", "--buyers", "100000001"),
        ("demo", "--seed", "-1"),
        ("bogus",),
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_named(
    vitrina: Vitrina, home: Home, command: tuple[str, ...]
) -> None:
    refused(vitrina(*command), home)


def test_a_wrong_map_is_refused(vitrina: Vitrina, home: Home, log: Path) -> None:
    assert "key=value" in refused(vitrina("import", log, "--name", "x", "--map", "user"), home)
    assert "nobody" in refused(vitrina("import", log, "--name", "x", "--map", "user=nobody"), home)


def test_tables_of_products_and_buyers_come_with_the_log_and_later(
    vitrina: Vitrina, log: Path, tmp_path: Path
) -> None:
    items, users = tmp_path / "items.csv", tmp_path / "users.csv"
    items.write_text("product_id,title,colour\n10,Phone,red\n12,Lamp,blue\n", encoding="utf-8")
    users.write_text("user_id,age\n7,31\n8,25\n", encoding="utf-8")
    answer = vitrina("import", log, "--name", "shop", "--products", items, "--json")
    assert (
        answer.json["side_tables"]["products"].items()
        >= {
            "file": "items.csv",
            "rows": 2,
            "matched": 1,
            "unmatched_in_log": 1,
            "unmatched_in_table": 1,
        }.items()
    )
    answer = vitrina("attributes", "shop", "--buyers", users, "--remove", "products", "--json")
    assert list(answer.json["side_tables"]) == ["buyers"]
    assert answer.json["side_tables"]["buyers"]["attributes"] == [
        {"name": "age", "kind": "number", "label": "age"}
    ]
    assert vitrina("stats", "shop", "--json").json == answer.json
    assert "users.csv: 1 ids of 1 of the log in 2 rows" in vitrina("stats", "shop").out


def test_attributes_refuses_what_it_cannot_use(vitrina: Vitrina, log: Path, tmp_path: Path) -> None:
    vitrina("import", log, "--name", "shop")
    before = vitrina("stats", "shop", "--json").json
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("product_id,title\nA1,Phone\nA2,Lamp\n", encoding="utf-8")
    for arguments, sentence in (
        (["shop"], "Name a file of products or of buyers"),
        (["shop", "--products", tmp_path / "none.csv"], "There is no file"),
        (["shop", "--products", wrong], "such as A1, is a product of the log, such as 10"),
        (["other", "--products", wrong], "There is no dataset other"),
    ):
        answer = vitrina("attributes", *arguments)
        assert (answer.code, len(answer.err.splitlines())) == (2, 1)
        assert sentence in answer.err
    assert vitrina("stats", "shop", "--json").json == before


def test_what_a_command_writes_in_the_home_is_for_its_user_alone(
    vitrina: Vitrina, home: Home, log: Path, tmp_path: Path
) -> None:
    umask = os.umask(0o022)
    try:
        vitrina("import", log, "--name", "log")
        vitrina("demo", "--buyers", 5, "--out", tmp_path / "demo.csv")
    finally:
        assert os.umask(umask) == 0o022
    paths = [home.path, *home.path.rglob("*")]
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert stat.S_IMODE((tmp_path / "demo.csv").stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"version": "../../../victim"}, "The manifest of dataset shop is damaged"),
        ({"schema": 99}, "Dataset shop was made by another version; import it again"),
    ],
)
def test_a_dataset_whose_manifest_cannot_be_used_is_named_and_replaced(
    vitrina: Vitrina, home: Home, log: Path, values: dict[str, object], sentence: str
) -> None:
    for name in ("shop", "other"):
        vitrina("import", log, "--name", name)
    victim = home.path.parent / "victim"
    victim.mkdir()
    manifest = home.datasets / "shop" / "manifest.json"
    write_checked_json(manifest, read_json(manifest) | values)
    listed = vitrina("datasets", "--json")
    assert [summary["name"] for summary in listed.json] == ["other"]
    for answer in (listed, vitrina("stats", "shop")):
        assert sentence in answer.err
    assert vitrina("import", log, "--name", "shop").code == 2
    assert vitrina("import", log, "--name", "shop", "--replace").code == 0
    assert vitrina("stats", "shop").code == 0
    assert victim.is_dir()


def test_names_of_a_log_steer_no_terminal(vitrina: Vitrina, tmp_path: Path) -> None:
    kinds = ["look\x1b[2J", "show\x9b2J", "turn\x07\x7f"]
    rows = [f"1,2,2024-03-0{day} 10:00:00,{kind}" for day, kind in enumerate(kinds, 1)]
    log = tmp_path / "log.csv"
    log.write_text("\n".join(["user,product,time,event_type", *rows]) + "\n", encoding="utf-8")
    assert vitrina("import", log, "--name", "log").code == 0
    answers = [vitrina("stats", "log"), vitrina("stats", "log", "--json"), vitrina("stats", "\x1b")]
    for answer in answers:
        printed = (answer.out + answer.err).replace("\n", "")
        assert printed.isprintable(), printed
    assert "look\ufffd[2J" in answers[0].out
    assert set(answers[1].json["events_by_type"]) == set(kinds)
