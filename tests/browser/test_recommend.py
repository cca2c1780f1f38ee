"""The recommendation page and the home page, used as a person would."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from data.home import Home
from tests.browser.conftest import Site
from tests.dashboard.shop import copy_shop, copy_titled_shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenPage = Callable[..., tuple[Page, Any]]


@pytest.fixture(scope="module")
def shop(
    serve: Callable[[Home], Site], trained_shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    """Serve a home with a small trained shop, which no test changes."""
    home, _run = copy_shop(trained_shop, tmp_path_factory.mktemp("shop"))
    return serve(home)


def query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


CUT = """() => [...document.querySelectorAll('.js-plotly-plot text')].filter(text => {
    const words = text.getBoundingClientRect();
    const chart = text.closest('.js-plotly-plot').getBoundingClientRect();
    return words.width && (words.left < chart.left - 1 || words.right > chart.right + 1);
}).map(text => text.textContent)"""
"""The words of charts that stand over a chart's edge, where they are cut off."""


@pytest.fixture(scope="module")
def titled(
    serve: Callable[[Home], Site], trained_shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> Site:
    """Serve the trained shop whose products have titles, which no test changes."""
    home, _run = copy_titled_shop(trained_shop, tmp_path_factory.mktemp("titled"))
    return serve(home)


def first_offer(page: Page) -> Any:
    return page.locator(".offer").first


def test_an_empty_home_shows_three_steps(site: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(site, "/")
    expect(page.locator(".step")).to_have_count(3)
    expect(page.get_by_role("button", name="Make the demo shop")).to_be_enabled()


def test_home_leads_from_a_model_to_its_recommendations(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/")
    expect(page.locator(".home-row").first).to_contain_text("toy-1")
    page.get_by_role("main").get_by_role("link", name="Recommend").click()
    expect(page.locator(".offer")).to_have_count(5)


def test_a_buyer_is_found_and_the_held_out_purchase_is_ranked(
    shop: Site, open_page: OpenPage
) -> None:
    page, _trouble = open_page(shop, "/recommend")
    page.get_by_label("Find a buyer").fill("u00017")
    page.get_by_role("option", name="u00017").click()
    expect(page.get_by_text("Buyer u00017")).to_be_visible()
    assert query(page) == {"run": "toy-1", "user": "u00017"}
    page.get_by_label("Hide the last purchase").click()
    expect(page.locator(".event.is-truth")).to_have_count(1)
    expect(page.locator(".offer.is-truth")).to_have_count(1)
    expect(page.get_by_role("heading", name="The product bought next")).to_be_visible()
    assert query(page)["hide"] == "1"


def test_next_previous_and_the_back_button_move_between_buyers(
    shop: Site, open_page: OpenPage
) -> None:
    page, _trouble = open_page(shop, "/recommend?user=u00003")
    page.get_by_label("Next buyer").click()
    expect(page.get_by_text("Buyer u00004")).to_be_visible()
    page.get_by_label("Previous buyer").click()
    expect(page.get_by_text("Buyer u00003")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Buyer u00004")).to_be_visible()


def test_the_papers_app_adds_products_and_gets_five(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend")
    box = page.get_by_label("Add a product", exact=True)
    box.fill("teapot")
    page.get_by_role("option", name="teapot").click()
    expect(first_offer(page)).to_contain_text("cup")
    expect(first_offer(page).locator(".moved.is-up")).to_have_count(1)
    expect(page.locator(".offer")).to_have_count(5)
    first_offer(page).get_by_label("Add cup to the history").click()
    expect(page.locator(".event")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".event")).to_have_count(1)
    expect(first_offer(page)).to_contain_text("cup")


def test_a_shared_address_shows_the_same_edits(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend?user=u00005")
    before = page.locator(".event").count()
    row = page.locator(".event").first
    row.hover()
    row.get_by_title("Remove").click()
    expect(page.locator(".event")).to_have_count(before - 1)
    expect(page.get_by_text("1 change", exact=True)).to_be_visible()
    ranked = page.locator(".offers").inner_text()
    other, _trouble = open_page(shop, page.url.removeprefix(shop.address))
    expect(other.locator(".event")).to_have_count(before - 1)
    assert other.locator(".offers").inner_text() == ranked


def test_why_shows_what_each_purchase_does(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend?edit=add:noise1,add:teapot")
    page.get_by_role("button", name="cup", exact=True).click()
    expect(page.locator(".effect")).to_have_count(2)
    expect(page.locator(".offer-why")).to_contain_text("teapot has the largest effect")
    page.get_by_role("button", name="cup", exact=True).click()
    expect(page.locator(".effect")).to_have_count(0)


def test_another_price_is_an_edit_that_can_be_undone(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend?edit=add:noise1,add:teapot")
    price = page.get_by_label("Price of teapot")
    usual = price.input_value()
    price.fill("99")
    price.press("Enter")
    expect(page.get_by_text("3 changes", exact=True)).to_be_visible()
    assert query(page)["edit"].endswith("price:a1:99")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(price).to_have_value(usual)


def test_the_keyboard_alone_fills_a_basket_and_empties_it(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend")
    page.get_by_label("Add a product", exact=True).focus()
    page.keyboard.type("noise1")
    page.keyboard.press("Enter")
    expect(page.locator(".event")).to_have_count(1)
    page.keyboard.type("teapot")
    page.keyboard.press("Enter")
    expect(page.locator(".event")).to_have_count(2)
    expect(first_offer(page)).to_contain_text("cup")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".event")).to_have_count(3)
    for _press in range(3):
        undo = page.get_by_role("button", name="Undo", exact=True)
        undo.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".event")).to_have_count(2 - _press)


def test_an_unknown_buyer_is_said_and_another_can_be_chosen(
    shop: Site, open_page: OpenPage
) -> None:
    page, _trouble = open_page(shop, "/recommend?user=nobody")
    expect(page.locator("#recommend-history").get_by_role("alert")).to_contain_text("nobody")
    page.get_by_role("button", name="Random buyer").click()
    expect(page.locator(".offer")).to_have_count(10)


def test_the_figures_follow_the_buyer(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend?edit=add:teapot", theme="dark")
    expect(page.get_by_role("heading", name="popularity: its first 5")).to_be_visible()
    expect(page.get_by_role("heading", name="is expected most")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(shop: Site, open_page: OpenPage, width: int) -> None:
    views = ("products", "health", "take-away")
    buyer = "/recommend?user=u00001&hide=1&beside=baseline:markov"
    for path in ("/", buyer, *(f"/recommend/{view}" for view in views)):
        page, _trouble = open_page(shop, path, width=width)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_no_words_of_a_chart_are_cut_off_on_a_phone(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend?user=u00003", width=390, locale="es")
    expect(page.locator(".js-plotly-plot .xtick").first).to_be_visible()
    expect(page.locator(".js-plotly-plot .bars")).to_be_visible()  # both charts are drawn
    assert page.evaluate(CUT) == []


def test_filters_narrow_the_ranking_and_stay_in_the_address(
    shop: Site, open_page: OpenPage
) -> None:
    page, _trouble = open_page(shop, "/recommend?user=u00005")
    page.get_by_text("Filters, diversity and comparison").click()
    page.get_by_label("Category").select_option("group1")
    expect(page.get_by_text(re.compile(r"first \d of \d products"))).to_be_visible()
    page.get_by_label("Price to").fill("3")
    page.get_by_label("Price to").press("Enter")
    expect(page.locator(".offer")).to_have_count(1)
    assert query(page) | {"run": ""} == {
        "run": "", "user": "u00005", "category": "group1", "high": "3",
    }  # fmt: skip
    other, _trouble = open_page(shop, page.url.removeprefix(shop.address))
    expect(other.locator(".offer")).to_have_count(1)


def test_a_baseline_is_fitted_in_the_background_and_compared(
    serve: Callable[[Home], Site], trained_shop: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    home, _run = copy_shop(trained_shop, tmp_path)
    page, _trouble = open_page(serve(home), "/recommend?edit=add:noise1,add:teapot")
    page.get_by_text("Filters, diversity and comparison").click()
    page.get_by_label("With", exact=True).select_option("baseline:popularity")
    page.get_by_role("button", name="Fit now").click()
    expect(page.locator(".beside-list")).to_have_count(2)
    expect(page.get_by_role("heading", name="and Popularity share")).to_be_visible()
    page.get_by_label("Compare", exact=True).select_option("baseline:markov")
    page.get_by_role("button", name="Fit now").click()
    expect(page.get_by_role("heading", name="Markov and Popularity share")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".beside-list")).to_have_count(0)
    assert "beside" not in query(page)


def test_a_buyer_is_found_whose_test_purchase_is_in_the_first_ten(
    shop: Site, open_page: OpenPage
) -> None:
    page, _trouble = open_page(shop, "/recommend")
    page.get_by_text("Find buyers by criteria").click()
    page.get_by_label("Test purchase").select_option("in the first ten")
    page.locator(".like-list a").first.click()
    expect(page.locator(".offer.is-truth")).to_have_count(1)
    assert query(page)["hide"] == "1"


def test_alike_products_are_found_on_the_map_and_by_search(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend/products")
    expect(page.locator(".space-list > li")).not_to_have_count(0)
    box = page.get_by_label("Find a product", exact=True)
    box.fill("teapot")
    page.get_by_role("option", name="teapot").click()
    expect(page.locator(".space-chosen")).to_contain_text("teapot")
    assert query(page)["product"] == "teapot"
    canvas = page.locator("#space-map")
    expect(canvas).to_have_attribute("data-drawn", re.compile(r"\d+"))
    drawn = canvas.get_attribute("data-drawn")
    canvas.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    expect(canvas).not_to_have_attribute("data-drawn", str(drawn))
    page.get_by_role("link", name="Recommend after it").click()
    expect(first_offer(page)).to_contain_text("cup")


def test_the_map_of_neighbours_is_computed_and_shown_beside_the_principal_components(
    serve: Callable[[Home], Site], trained_shop: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    home, _run = copy_shop(trained_shop, tmp_path)
    page, _trouble = open_page(serve(home), "/recommend/products")
    expect(page.get_by_text("on the first two principal components")).to_be_visible()
    canvas = page.locator("#space-map")
    expect(canvas).to_have_attribute("data-drawn", re.compile(r"\d+"))
    picture = canvas.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("button", name="Compute the map of neighbours").click()
    expect(page.get_by_text("laid out by t-SNE")).to_be_visible()
    page.wait_for_function(
        "before => document.querySelector('#space-map').toDataURL() !== before", arg=picture
    )
    page.get_by_role("button", name="Show the principal components").click()
    expect(page.get_by_text("on the first two principal components")).to_be_visible()
    page.get_by_role("button", name="Show the map of neighbours").click()
    expect(page.get_by_text("laid out by t-SNE")).to_be_visible()


def test_health_leads_to_the_views_of_a_model(shop: Site, open_page: OpenPage) -> None:
    page, _trouble = open_page(shop, "/recommend/health")
    expect(page.get_by_text("In the first ten", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="of all places in the lists")).to_be_visible()
    page.get_by_role("link", name="Export").click()
    expect(page.get_by_role("heading", name="Ranked lists for every buyer")).to_be_visible()


def test_lists_of_every_buyer_are_made_and_downloaded(
    serve: Callable[[Home], Site], trained_shop: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    home, run = copy_shop(trained_shop, tmp_path)
    site = serve(home)
    page, _trouble = open_page(site, f"/recommend/take-away?run={run}")
    expect(page.locator("pre").last).to_contain_text(f"{site.address}/api/v1/recommendations")
    page.get_by_label("File").select_option("CSV")
    page.get_by_label("Products per buyer").select_option("5")
    page.get_by_role("button", name="Rank for every buyer").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 240 * 5
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the bundle").click()
    assert download.value.suggested_filename == f"{run}.zip"


def test_products_are_named_by_their_titles_and_found_by_them(
    titled: Site, open_page: OpenPage
) -> None:
    page, _trouble = open_page(titled, "/recommend", width=390)
    page.get_by_label("Add a product").fill("blue stoneware")
    page.locator("#recommend-product-list .search-option").first.click()
    expect(first_offer(page).locator(".product-name")).to_have_text("Cup, 200 ml")
    expect(first_offer(page).locator(".mono")).to_have_text("cup")
    name = page.locator(".timeline .product-name")
    lines = name.evaluate(
        "name => name.clientHeight / parseFloat(getComputedStyle(name).lineHeight)"
    )
    assert round(lines) == 2  # of a title that fills six
    assert len(name.get_attribute("title") or "") > 200
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
