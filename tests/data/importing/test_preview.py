"""What a person sees of a file before its import: how it is read, and how sure that is."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from data.importing.preview import Preview, preview
from data.importing.request import ImportRequest


@pytest.fixture
def look(tmp_path: Path) -> Any:
    """Return a function that previews a text with what a person says of it."""

    def run(text: str | bytes, **said: Any) -> Preview:
        file = tmp_path / "log.csv"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        result = preview(ImportRequest([file], "", **said), folder)
        assert result is not None
        assert list(folder.iterdir()) == []
        return result

    return run


def log(times: list[str], prices: list[str], types: list[str]) -> str:
    """Return 2,000 events that go through some times, prices and types again and again."""
    lines = ["user,product,time,price,event_type"]
    for k in range(2000):
        time, price, kind = (values[k % len(values)] for values in (times, prices, types))
        lines.append(f'{k % 9},{k % 7},{time},"{price}",{kind}')
    return "\n".join(lines) + "\n"


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    book = pytest.importorskip("openpyxl").Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_what_rows_beyond_the_first_decide_is_not_asked(look: Any) -> None:
    days = ["01/02/2019"] * 1500 + ["13/02/2019"] * 500
    seen = look(log(days, ["1,299"] * 1500 + ["1,299.50"] * 500, ["buy"]))
    assert seen.questions == ()
    assert (seen.looked_at, seen.complete) == (2000, True)
    assert seen.understood["time"].startswith("day/month/year")
    assert seen.understood["price"].startswith("decimal point")
    assert seen.understood["unsure"] == {}


def test_what_nothing_decides_is_asked_until_a_person_answers(look: Any) -> None:
    text = log(["01/02/2019", "03/02/2019"], ["1,299", "2,450"], ["buy"])
    assert [question.about for question in look(text).questions] == ["time", "price"]
    answered = look(text, time_format="day/month/year", decimal_mark=",")
    assert answered.questions == ()


def test_several_columns_of_times_are_asked_for(look: Any) -> None:
    rows = "".join(f"{k},{k % 7},2019-11-0{1 + k % 9},2019-12-0{1 + k % 9}\n" for k in range(50))
    text = "user,product,date_seen,date_bought\n" + rows
    (question,) = look(text).questions
    assert question.about == "time_column"
    assert [reading.value for reading in question.readings] == ["date_seen", "date_bought"]
    assert "2019-11-01" in question.readings[0].words
    assert look(text, mapping={"time": "date_bought"}).questions == ()


def test_every_event_type_is_counted_with_its_meaning(look: Any) -> None:
    seen = look(log(["2019-11-01"], ["5"], ["pv", "pv", "fav", "signup"]))
    assert [(one.code, one.meaning, one.events) for one in seen.types] == [
        ("pv", "view", 1000),
        ("fav", "favourite", 500),
        ("signup", "signup", 500),
    ]
    assert not seen.has_purchases
    assert look(log(["2019-11-01"], ["5"], ["pv"]), types={"pv": "purchase"}).has_purchases
    assert look("user,product\n1,2\n2,3\n").has_purchases


def test_types_that_the_first_rows_do_not_have_are_seen(look: Any) -> None:
    seen = look(log(["2019-11-01"], ["5"], ["1"] * 1500 + ["2", "3", "4"] * 100))
    assert {one.code: one.meaning for one in seen.types} == {
        "1": "view",
        "2": "favourite",
        "3": "cart",
        "4": "purchase",
    }


def test_ten_thousand_event_types_are_looked_at_quickly(look: Any) -> None:
    rows = "".join(f"{k % 9},{k % 7},2019-11-01,kind {k}\n" for k in range(10_000))
    seen = look("user,product,time,event_type\n" + rows)
    assert len(seen.types) == 10_000


def test_encoding_and_header_say_how_sure_they_are(look: Any) -> None:
    text = "usuario,producto\n1,año\n2,niño\n".encode("cp1252")
    assert "letters" in look(text).understood["unsure"]["encoding"]
    assert "encoding" not in look(text, encoding="cp1252").understood["unsure"]
    headerless = look("1,20\n2,30\n1,30\n").understood
    assert headerless["header"] == 0
    assert headerless["unsure"]["header"] == "no line looks like names of columns"


def test_a_column_that_holds_no_times_is_said(look: Any) -> None:
    seen = look("user,product,colour\n1,2,red\n2,3,blue\n", mapping={"time": "colour"})
    assert "cannot be read" in seen.understood["problem"]


def test_a_workbook_names_its_sheets(look: Any) -> None:
    first, second = [["user", "product"], [1, 2], [2, 3]], [["client", "sku"], [7, 8]]
    book = workbook({"Year 2009": first, "Year 2010": second})
    assert look(book).sheets == ("Year 2009", "Year 2010")
    assert look(book).columns == ("user", "product")
    assert look(book, sheet="Year 2010").columns == ("client", "sku")


def test_the_beginning_of_a_large_archive_is_looked_at(
    look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.importing.preview._LARGEST_UNPACKED", 20_000)
    rows = [f"u{k % 97},p{k * 7919 % 10_007},2019-11-{1 + k // 200:02d}" for k in range(4000)]
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("log.csv", "\n".join(["user,product,time", *rows]))
    seen = look(buffer.getvalue())
    assert seen.mapping == {"time": "time", "user": "user", "product": "product"}
    assert 500 < seen.looked_at < 2000
    assert not seen.complete


def test_a_large_workbook_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.importing.preview._LARGEST_UNPACKED", 100)
    file = tmp_path / "log.xlsx"
    file.write_bytes(workbook({"Data": [["user", "product"], [1, 2], [2, 3]]}))
    assert preview(ImportRequest([file], ""), tmp_path) is None
