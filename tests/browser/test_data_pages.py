"""A log comes in through the browser, and its pages show what it holds."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.jobs.runs_table import Runs
from dashboard.jobs.supervisor import keep_worker, stop_worker
from dashboard.pages.datasets.charts import CHARTS
from dashboard.pages.datasets.import_reading import EXAMPLES
from dashboard.services.datasets import imports
from data.datasets.store import Store
from data.exploration.statistics import Filters, Statistics
from data.home import Home
from data.importing.ingest import ingest
from data.importing.preview import Preview
from data.importing.request import ImportRequest
from tests.browser.conftest import Site
from tests.browser.cut_words import WORDS_BEYOND_CHARTS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Open = Callable[..., tuple[Page, object]]
SLICE = "rees46_2019-Oct_first_hours.csv"
WIDEST_TIME = """(cell, language) => {
  const year = new Date().getFullYear();
  const times = [...Array(12).keys()].flatMap(
    month => [10, 12, 22].map(hour => new Date(year, month, 28, hour, 48)));
  return Math.max(...times.map(time => {
    cell.textContent = dashAgGridFunctions.vitrinaFormat(time.toISOString(), 'time', 0, language);
    return cell.scrollWidth - cell.clientWidth;
  }));
}"""
"""Pixels by which the widest of many times of this year is wider than a cell."""


@pytest.fixture
def worker(site: Site) -> Iterator[None]:
    """A worker that carries out what the pages queue."""
    handle = keep_worker(site.home)
    yield
    stop_worker(handle)


@pytest.fixture(scope="session")
def oct_site(
    serve: Callable[[Home], Site], shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    """A home that holds the first hours of October as dataset oct; no test changes it."""
    home = Home(tmp_path_factory.mktemp("oct"))
    ingest(Store(home), ImportRequest([shared / SLICE], "oct"))
    return serve(home)


def wait_for_charts(page: Page) -> None:
    expect(page.locator(".figure-card.is-waiting")).to_have_count(0)


def write_log(folder: Path, text: str) -> Path:
    file = folder / "log.csv"
    file.write_text(text)
    return file


def send(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(str(file))


def test_a_real_file_is_uploaded_checked_imported_and_shown(
    site: Site, worker: None, shared: Path, open_page: Open
) -> None:
    page, _trouble = open_page(site, "/data")
    send(page, shared / SLICE)
    expect(page.get_by_role("combobox", name="Buyer")).to_have_value("user_id")
    page.get_by_label("Name of the dataset").fill("oct")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("oct is imported: 17,435 rows read")).to_be_visible()
    expect(page.locator(".ag-row").get_by_text("oct", exact=True)).to_be_visible()

    page.get_by_role("link", name="Open oct").click()
    wait_for_charts(page)
    expect(
        page.get_by_text("3 brands of 65 make half of the purchases with a brand")
    ).to_be_visible()
    assert not any(file.is_file() for file in site.home.uploads.rglob("*"))


def test_a_column_that_was_guessed_wrongly_is_corrected_before_the_import(
    site: Site, worker: None, tmp_path: Path, open_page: Open
) -> None:
    rows = "".join(f"2020-01-0{k},u{k % 2},left{k},right{k % 3}\n" for k in range(1, 9))
    page, _trouble = open_page(site, "/data")
    send(page, write_log(tmp_path, f"time,user,product,other\n{rows}"))
    page.get_by_role("combobox", name="Product").select_option("other")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("log is imported")).to_be_visible()
    assert Store(site.home).open("log").manifest.summary["products"] == 3


def test_the_meaning_of_a_code_that_was_chosen_stays_when_another_column_is_corrected(
    site: Site, worker: None, tmp_path: Path, open_page: Open
) -> None:
    rows = "".join(f"2020-01-0{k},u{k % 2},p{k % 3},q{k},k{k % 2}\n" for k in range(1, 9))
    page, _trouble = open_page(site, "/data")
    send(page, write_log(tmp_path, f"time,user,product,other,event_type\n{rows}"))
    page.get_by_label("k0", exact=True).select_option("purchase")
    page.get_by_role("combobox", name="Product").select_option("other")
    expect(page.get_by_text("q1 · q2 · q3")).to_be_visible()
    expect(page.get_by_label("k0", exact=True)).to_have_value("purchase")
    expect(page.get_by_text("No purchases were seen")).to_be_hidden()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("log is imported")).to_be_visible()
    dataset = Store(site.home).open("log")
    assert (dataset.types, dataset.manifest.summary["products"]) == (("k1", "purchase"), 8)


def test_an_import_starts_while_the_form_still_reads_the_file_with_other_columns(
    site: Site, worker: None, tmp_path: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, preview = threading.Event(), imports.preview_files

    def preview_after_the_start(home: Home, request: ImportRequest) -> Preview | None:
        if request.mapping:
            started.wait(60)
        return preview(home, request)

    monkeypatch.setattr(imports, "preview_files", preview_after_the_start)
    page, _trouble = open_page(site, "/data")
    send(page, write_log(tmp_path, "time,user,product,other\n2020-01-01,a,x,y\n2020-01-02,b,x,z\n"))
    page.get_by_role("combobox", name="Product").select_option("other")
    start = page.get_by_role("button", name="Import", exact=True)
    start.click()
    expect(start).to_have_count(0)
    with page.expect_response(lambda response: EXAMPLES in (response.request.post_data or "")):
        started.set()
    expect(page.get_by_text("log is imported")).to_be_visible()


def test_a_further_file_is_added_to_a_dataset_with_times_in_a_format_of_its_own(
    site: Site, worker: None, tmp_path: Path, open_page: Open
) -> None:
    first = write_log(tmp_path, "time,user,product\n2020-01-01,a,x\n2020-01-02,a,y\n")
    ingest(Store(site.home), ImportRequest([first], "log"))
    page, _trouble = open_page(site, "/data")
    send(page, write_log(tmp_path, "time,user,product\n20200103 10h,a,x\n20200104 11h,b,y\n"))
    page.get_by_label("Format of times").fill("%Y%m%d %Hh")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Dataset log exists already")).to_be_visible()
    page.get_by_label("Where a dataset of this name exists").select_option("add these files to it")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("log is imported: 4 rows read, 4 kept")).to_be_visible()
    page.get_by_role("link", name="Train a first model").click()
    expect(page.get_by_label("Preset", exact=True)).to_have_value("fast")
    assert Store(site.home).open("log").manifest.summary["last_event"] == "2020-01-04T11:00:00Z"


def test_a_file_that_can_be_read_in_two_ways_is_asked_about_before_its_import(
    site: Site, tmp_path: Path, open_page: Open
) -> None:
    rows = "".join(
        f'0{1 + k % 9}/02/2019,{k % 9},{k % 7},"{1 + k % 9},299",{["pv", "fav", "9"][k % 3]}\n'
        for k in range(60)
    )
    page, _trouble = open_page(site, "/data")
    send(page, write_log(tmp_path, f"time,user,product,price,event_type\n{rows}"))
    expect(page.get_by_text("How are the times in column time written?")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(
        page.get_by_text("Answer the question on how the values are read first.")
    ).to_be_visible()
    page.get_by_label("day/month/year: 01/02/2019 is 2019-02-01").check()
    page.get_by_label("decimal comma: 1,299 is 1.299").check()
    expect(page.get_by_text("No purchases were seen.")).to_be_visible()
    page.locator("tr", has_text="9").get_by_role("combobox").select_option("purchase")
    expect(page.get_by_text("No purchases were seen.")).to_have_count(0)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("log waits for the worker.")).to_be_visible()
    (job,) = Runs(site.home).list()
    assert job.config["time_format"] == "day/month/year"
    assert job.config["decimal_mark"] == ","
    assert job.config["types"] == {"pv": "view", "fav": "favourite", "9": "purchase"}


def test_the_columns_of_another_sheet_are_shown(
    site: Site, tmp_path: Path, open_page: Open
) -> None:
    book = pytest.importorskip("openpyxl").Workbook()
    for title, names in (("Old", ["user", "product"]), ("New", ["client", "sku"])):
        sheet = book.create_sheet(title)
        for row in (names, [1, 2], [2, 3]):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "book.xlsx")
    page, _trouble = open_page(site, "/data")
    send(page, tmp_path / "book.xlsx")
    expect(page.get_by_role("combobox", name="Buyer")).to_have_value("user")
    page.get_by_label("Sheet").select_option("New")
    expect(page.get_by_role("combobox", name="Buyer")).to_have_value("client")
    page.get_by_label("Line of the header").fill("0")
    page.get_by_label("Line of the header").blur()
    expect(page.get_by_text("no line looks like names of columns")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Buyer")).to_have_value("1")


def choose(page: Page, legend: str, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("group", name=legend).get_by_role("button", name="Choose files").click()
    chooser.value.set_files(str(file))


def test_tables_of_products_and_buyers_come_with_a_log_filter_its_charts_and_are_replaced(
    site: Site, worker: None, tmp_path: Path, open_page: Open
) -> None:
    people = ("ann", "bob")
    rows = "".join(f"2020-01-{k:02d},{people[k % 2]},{k % 4}\n" for k in range(1, 13))
    items, users = tmp_path / "items.csv", tmp_path / "users.csv"
    items.write_text("product,title,mood\n0,Zero,calm\n1,One,wild\n2,Two,calm\n8,Eight,wild\n")
    users.write_text("user,age\nann,31\nbob,54\n")
    page, _trouble = open_page(site, "/data")
    send(page, write_log(tmp_path, f"time,user,product\n{rows}"))
    page.get_by_text("Tables of products and buyers, if there are any").click()
    choose(page, "Table of the products", items)
    expect(page.get_by_text("items.csv: 3 of 4 ids of the log are in its 4 rows.")).to_be_visible()
    expect(page.get_by_text("attributes: mood (category)")).to_be_visible()
    choose(page, "Table of the buyers", users)
    expect(page.get_by_text("users.csv: 2 of 2 ids")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="Open log").click()

    wait_for_charts(page)
    expect(page.get_by_text("mood: calm makes 50.0% of the purchases")).to_be_visible()
    expect(page.get_by_text("age: half of the purchases lie between 31 and 54")).to_be_visible()
    page.get_by_text("Attributes of products and buyers").click()
    page.get_by_label("age from").fill("40")
    page.get_by_label("age from").press("Enter")
    expect(page.get_by_text("age: half of the purchases lie between 54 and 54")).to_be_visible()
    expect(page.get_by_text("mood: wild makes 50.0% of the purchases")).to_be_visible()
    page.wait_for_url("**/data/log?user.age=40..")
    page.reload()
    wait_for_charts(page)
    expect(page.get_by_text("age: half of the purchases lie between 54 and 54")).to_be_visible()

    users.write_text("user,age\nann,20\nbob,60\nzoe,9\n")
    page.goto(f"{site.address}/data/log/quality")
    page.get_by_text("Add or replace a table").click()
    choose(page, "Table of the buyers", users)
    expect(page.get_by_text("users.csv: 2 of 2 ids of the log are in its 3 rows.")).to_be_visible()
    page.get_by_role("button", name="Use these tables").click()
    expect(page.get_by_text("1 of its ids are not in the log")).to_have_count(2)  # Eight, and zoe
    page.goto(f"{site.address}/data/log/users")
    expect(page.locator(".ag-row").get_by_text("60", exact=True)).to_be_visible()
    assert not any(file.is_file() for file in site.home.uploads.rglob("*"))


def test_what_cannot_be_imported_is_said_where_it_was_chosen(
    site: Site, tmp_path: Path, open_page: Open
) -> None:
    page, _trouble = open_page(site, "/data")
    page.get_by_label("Or a path on the server").fill("/etc/passwd")
    page.get_by_role("button", name="Read this file").click()
    expect(page.get_by_text("There is no file /etc/passwd in the folders")).to_be_visible()


def test_a_dataset_is_renamed_and_deleted(site: Site, tmp_path: Path, open_page: Open) -> None:
    file = write_log(tmp_path, "time,user,product\n2020-01-01,a,x\n2020-01-02,a,y\n")
    ingest(Store(site.home), ImportRequest([file], "old"))
    page, _trouble = open_page(site, "/data")
    page.locator(".ag-row input[type=checkbox]").check()
    page.get_by_role("button", name="Rename").first.click()
    page.get_by_label("New name").fill("new")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.locator(".ag-row").get_by_text("new", exact=True)).to_be_visible()
    assert Store(site.home).names() == {"new"}

    page.locator(".ag-row input[type=checkbox]").check()
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No dataset yet.")).to_be_visible()
    assert Store(site.home).names() == set()


def test_filters_act_on_charts_and_survive_a_reload(oct_site: Site, open_page: Open) -> None:
    page, _trouble = open_page(oct_site, "/data/oct?brands=samsung")
    wait_for_charts(page)
    expect(page.get_by_text("One brand of 1 makes half")).to_be_visible()

    page.get_by_role("checkbox", name="Views").check()
    expect(page.get_by_text("of the views of Oct 1, 2019 fall")).to_be_visible()
    assert "types=view" in page.url
    page.reload()
    wait_for_charts(page)
    expect(page.get_by_text("of the views of Oct 1, 2019 fall")).to_be_visible()

    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_text("3 brands of 65 make half")).to_be_visible()
    assert "?" not in page.url


def test_every_chart_has_a_table_and_a_text_alternative(
    oct_site: Site, open_page: Open, tmp_path: Path
) -> None:
    statistics = Statistics(Store(oct_site.home).open("oct"), tmp_path)
    drawn = [chart for chart in CHARTS.values() if chart.draw(statistics, Filters(), "dark")]
    page, _trouble = open_page(oct_site, "/data/oct", theme="dark")
    wait_for_charts(page)
    expect(page.locator(".figure-card")).to_have_count(len(CHARTS))
    cards = page.locator(".figure-card.is-ready")
    expect(cards).to_have_count(len(drawn))
    for place in range(len(drawn)):
        words = cards.nth(place).locator('[role="img"]').get_attribute("aria-label")
        assert words and len(words) > 20
    cards.first.get_by_role("button", name="Show as a table").click()
    expect(cards.first.get_by_role("table")).to_be_visible()
    empty = page.locator(".figure-card.is-without")
    expect(empty).to_have_count(1)
    expect(empty.get_by_role("heading", name="Retention by month")).to_be_visible()
    expect(empty.get_by_text("The log covers less than two months.")).to_be_visible()
    small = empty.bounding_box()
    beside = page.locator(".figure-card", has_text="stay in the category").bounding_box()
    assert small is not None
    assert beside is not None
    assert small["height"] < 64
    assert beside["width"] == small["width"]  # the other card of its row takes the whole width


def test_products_are_searched_on_the_server(oct_site: Site, open_page: Open) -> None:
    page, _trouble = open_page(oct_site, "/data/oct/products")
    expect(page.get_by_text("6,493 found")).to_be_visible()
    page.get_by_label("Search").fill("smartphone")
    expect(page.locator(".ag-row").first.get_by_text("electronics.smartphone")).to_be_visible()
    expect(page.get_by_text("6,493 found")).to_have_count(0)


def test_search_and_order_of_a_table_survive_a_reload(oct_site: Site, open_page: Open) -> None:
    page, _trouble = open_page(oct_site, "/data/oct/products")
    page.get_by_label("Search").fill("apple")
    page.get_by_role("columnheader", name="Last price").click()
    page.wait_for_url("**/products?search=apple&by=price&order=desc")
    dearest = page.locator(".ag-row[row-index='0']")
    expect(dearest.locator("[col-id='price']")).to_have_text("2,496.59")
    page.reload()
    expect(page.get_by_label("Search")).to_have_value("apple")
    expect(dearest.locator("[col-id='price']")).to_have_text("2,496.59")
    expect(dearest.locator("[col-id='brand']")).to_have_text("apple")
    expect(page.get_by_role("columnheader", name="Last price")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.get_by_label("Search").fill("")
    page.wait_for_url("**/products?by=price&order=desc")


def test_the_steps_of_a_preparation_are_counted_as_they_change(
    oct_site: Site, open_page: Open
) -> None:
    page, _trouble = open_page(oct_site, "/data/oct/preparation")
    expect(page.get_by_text("29 events of 14 buyers are left, over 20 products")).to_be_visible()
    page.get_by_label("Start from").select_option(label="All purchases of buyers with two or more")
    expect(page.get_by_text("40 events of 19 buyers are left")).to_be_visible()
    page.get_by_label("Start from").select_option(label="Custom")
    expect(page.get_by_label("Start from").locator("option:checked")).to_have_text("Custom")


def test_a_step_says_what_a_value_that_is_no_number_stands_for(
    oct_site: Site, open_page: Open
) -> None:
    page, _trouble = open_page(oct_site, "/data/oct/preparation")
    expect(page.locator("#preparation-form")).to_contain_text("0: no limit")


def test_what_was_rejected_can_be_read(oct_site: Site, open_page: Open) -> None:
    page, _trouble = open_page(oct_site, "/data/oct/quality")
    expect(page.get_by_text("The row has too few or too many columns").first).to_be_visible()
    expect(page.get_by_text("1 row of 17,435 could not be read")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert "wrong_number_of_columns" in download.value.path().read_text("utf-8-sig")


@pytest.mark.parametrize("path", ["", "/products", "/users", "/quality", "/preparation"])
def test_no_page_of_a_dataset_is_wider_than_a_phone(
    oct_site: Site, open_page: Open, path: str
) -> None:
    page, _trouble = open_page(oct_site, f"/data/oct{path}", width=390)
    wait_for_charts(page)
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 390


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_words_of_charts_end_within_them_on_a_phone(
    oct_site: Site, open_page: Open, locale: str
) -> None:
    page, _trouble = open_page(oct_site, "/data/oct", width=390, locale=locale)
    wait_for_charts(page)
    page.locator(".is-ready .plot-container").nth(8).wait_for()
    assert page.evaluate(WORDS_BEYOND_CHARTS) == []
    expect(page.locator(".js-plotly-plot text", has_text="…")).to_have_count(0)
    known = "un producto nuevo de" if locale == "es" else "a new product in a"
    expect(page.locator(".js-plotly-plot .ytick text", has_text=known)).to_be_visible()


@pytest.mark.parametrize("locale", ["en", "es"])
def test_any_time_of_the_year_is_whole_in_the_table_of_datasets(
    oct_site: Site, open_page: Open, locale: str
) -> None:
    page, _trouble = open_page(oct_site, "/data", locale=locale)
    imported = page.locator(".ag-row [col-id='imported'] .ag-cell-value")
    imported.wait_for()
    assert imported.evaluate(WIDEST_TIME, locale) <= 0


def test_a_dataset_has_one_period_on_every_page(oct_site: Site, open_page: Open) -> None:
    for path in ("/", "/data", "/data/oct"):
        page, _trouble = open_page(oct_site, path)
        expect(page.get_by_text("Oct 1, 2019").first).to_be_visible()


@pytest.mark.parametrize(("width", "sign"), [(390, '""'), (1280, "none")])
def test_a_table_with_more_columns_than_a_phone_shows_says_so(
    oct_site: Site, open_page: Open, width: int, sign: str
) -> None:
    page, _trouble = open_page(oct_site, "/data", width=width)
    page.locator(".ag-row").first.wait_for()
    shown = "getComputedStyle(document.querySelector('.data-table'), '::after').content"
    page.wait_for_function(f"wanted => {shown} === wanted", arg=sign)
