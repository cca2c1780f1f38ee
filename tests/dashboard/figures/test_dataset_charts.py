"""The charts of a dataset say what is in their frames, and survive frames with nothing in them."""

from datetime import date, timedelta

import pandas as pd
import pytest

from dashboard.figures import brands, buyers, categories, events, prices, products
from dashboard.figures.chart import Chart

KIND = "purchase"


def frame(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def days(*counts: int, kind: str = "purchase") -> pd.DataFrame:
    first = date(2019, 11, 1)
    rows = [(first + timedelta(days=day), kind, count) for day, count in enumerate(counts)]
    return frame("day type events", *rows)


def drawn(chart: Chart | None) -> Chart:
    assert chart is not None
    assert chart.figure.data
    assert len(chart.table)
    return chart


EMPTY = {
    events.days: "day type events",
    events.hours: "weekday hour type events",
    events.funnel: "type events users",
    buyers.purchases: "purchases users",
    buyers.gaps: "days pairs",
    buyers.cohorts: "cohort months buyers",
    products.repeats: "kind pairs",
    categories.transitions: "before after pairs",
}


@pytest.mark.parametrize(("draw", "columns"), EMPTY.items(), ids=list(EMPTY.values()))
def test_an_empty_frame_draws_nothing(draw: object, columns: str) -> None:
    assert callable(draw)
    kind = () if draw in {events.days, events.hours, events.funnel} else (KIND,)
    assert draw(frame(columns), "light", *kind) is None


def test_a_day_that_stands_out_is_the_finding() -> None:
    chart = drawn(events.days(days(10, 11, 9, 60, 10), "light"))
    assert chart.finding == "60.0% of the purchases fall on Nov 4, 2019, 6.0 times an ordinary day"


def test_days_without_events_are_drawn_as_none() -> None:
    gap = pd.concat([days(5), days(0, 0, 0, 7).iloc[[3]]])
    chart = drawn(events.days(gap, "light"))
    assert list(chart.figure.data[0].y) == [5, 0, 0, 7]


def test_growth_is_the_finding_where_no_day_stands_out() -> None:
    chart = drawn(events.days(days(10, 10, 11, 12, 14, 16, 20, 20), "dark"))
    assert chart.finding == "From the first to the last quarter of the time, purchases grow by 100%"


def test_one_day_of_events_is_said_to_be_all() -> None:
    chart = drawn(events.days(days(214), "light"))
    assert chart.finding == "All 214 purchases fall on Nov 1, 2019"


def test_of_ten_thousand_event_types_the_most_frequent_are_drawn() -> None:
    kinds = [f"kind {number:04d}" for number in range(10_000)]
    found = pd.DataFrame({"hour": 8, "type": kinds, "events": 1})
    found.loc[len(found)] = [9, "a most frequent one", 50]
    chart = drawn(events.one_day(found, date(2019, 10, 1), "light"))
    assert len(chart.figure.data) == events.MOST_PANELS
    assert "a most frequent one" in chart.table.columns
    days = [date(2019, 10, 1) if hour == 8 else date(2019, 10, 2) for hour in found["hour"]]
    chart = drawn(events.days(found.drop(columns="hour").assign(day=days), "light"))
    assert len(chart.figure.data) == events.MOST_PANELS


def test_a_log_of_one_day_is_drawn_by_the_hour() -> None:
    found = frame("hour type events", (2, "purchase", 30), (3, "purchase", 10), (2, "view", 900))
    chart = drawn(events.one_day(found, date(2019, 10, 1), "light"))
    assert chart.finding == "75.0% of the purchases of Oct 1, 2019 fall between 2 and 3 o’clock"
    assert len(chart.table) == 24


def test_views_have_a_panel_of_their_own_so_that_purchases_are_seen() -> None:
    both = pd.concat([days(5, 6), days(5000, 6000, kind="view")])
    chart = drawn(events.days(both, "light"))
    assert {trace.yaxis for trace in chart.figure.data} == {"y", "y2"}


def test_an_axis_of_a_few_events_has_no_tick_at_half_an_event() -> None:
    both = pd.concat([days(1, 0, 1), days(5000, 6000, 10, kind="view")])
    layout = drawn(events.days(both, "light")).figure.layout
    assert (layout.yaxis.dtick, layout.yaxis2.dtick) == (1, None)


def test_the_busiest_hour_is_named() -> None:
    found = frame(
        "weekday hour type events",
        (0, 9, "purchase", 3),
        (4, 21, "purchase", 8),
        (1, 2, "view", 99),
    )
    chart = drawn(events.hours(found, "light"))
    assert chart.finding == "The hour with the most purchases is Friday, 21 to 22 o’clock"


def test_the_way_from_view_to_purchase_counts_people() -> None:
    found = frame(
        "type events users", ("purchase", 3, 2), ("view", 90, 40), ("cart", 9, 8), ("ping", 5, 5)
    )
    chart = drawn(events.funnel(found, "light"))
    assert chart.finding == "5.0% of the visitors buy"
    assert list(chart.figure.data[0].x) == [40, 8, 2]


@pytest.mark.parametrize(
    ("steps", "finding"),
    [
        (("view", "cart"), "20.0% of the visitors add something to the cart"),
        (("cart", "purchase"), "20.0% of those who add something to the cart buy"),
    ],
)
def test_a_funnel_of_two_steps_claims_nothing_about_the_third(
    steps: tuple[str, str], finding: str
) -> None:
    found = frame("type events users", (steps[0], 90, 40), (steps[1], 9, 8))
    assert drawn(events.funnel(found, "light")).finding == finding


def test_categories_of_one_name_keep_rows_and_columns_of_their_own() -> None:
    found = frame(
        "before after pairs",
        ("kitchen.chair", "garden.chair", 3),
        ("garden.chair", "kitchen.chair", 5),
        ("garden.chair", "garden.parasol", 2),
    )
    drawing = drawn(categories.transitions(found, "light", KIND)).figure.data[0]
    assert list(drawing.y) == ["garden › chair", "kitchen › chair", "parasol"]
    assert list(drawing.x) == list(drawing.y)


def test_a_brand_named_other_is_not_what_the_smaller_brands_add_up_to() -> None:
    found = frame("brand events", ("Other", 99), *[(f"brand {k}", 10) for k in range(20)])
    bars = drawn(brands.brands(found, "light", KIND)).figure.data[0]
    assert len(set(bars.y)) == len(bars.y)


def test_a_log_of_purchases_alone_has_no_way_to_a_purchase() -> None:
    assert events.funnel(frame("type events users", ("purchase", 3, 2)), "light") is None


def test_missing_categories_are_part_of_the_finding_and_of_the_whole() -> None:
    found = frame(
        "category events",
        ("electronics.smartphone", 50),
        ("electronics.audio.headphone", 30),
        (None, 20),
    )
    chart = drawn(categories.categories(found, "light", KIND))
    assert (
        chart.finding
        == "The largest category is smartphone, 50.0% of the purchases; 20.0% have none"
    )
    areas = dict(zip(chart.figure.data[0].ids, chart.figure.data[0]["values"], strict=True))
    assert areas["electronics"] == 80
    assert areas["electronics.audio"] == 30


def test_of_thousands_of_categories_the_largest_are_drawn_and_the_rest_together() -> None:
    small = [(f"group{number % 40}.kind{number}", 1) for number in range(2_000)]
    chart = drawn(
        categories.categories(frame("category events", ("food.bread", 900), *small), "light", KIND)
    )
    areas = dict(zip(chart.figure.data[0].ids, chart.figure.data[0]["values"], strict=True))
    assert categories.MOST_AREAS < len(areas) <= categories.MOST_AREAS + 41
    assert areas["food.bread"] == 900
    for group in range(40):
        inside = [n for path, n in areas.items() if path.startswith(f"group{group}.")]
        assert sum(inside) == areas[f"group{group}"] == 50
    assert len(chart.table) == 2_001


def test_brands_beyond_the_twelfth_are_added_up() -> None:
    found = frame("brand events", *[(f"brand {k}", 10) for k in range(20)], (None, 50))
    chart = drawn(brands.brands(found, "light", KIND))
    assert len(chart.figure.data[0].x) == 12
    assert chart.figure.data[0].x[-1] == 90
    assert chart.finding == "10 brands of 20 make half of the purchases with a brand"
    assert "20.0% have none" in chart.subtitle


def test_events_without_any_brand_draw_no_bars() -> None:
    assert brands.brands(frame("brand events", (None, 5)), "light", KIND) is None


def test_half_of_the_prices_lie_between_the_quartiles() -> None:
    quartiles = {"lower": 9.5, "median": 30.0, "upper": 99.0}
    found = frame("low high events", (1.0, 10.0, 100), (10.0, 100.0, 200), (100.0, 1000.0, 100))
    chart = drawn(prices.prices(found.assign(**quartiles), "light", KIND))
    assert chart.finding == "Half of the purchases cost between 9.50 and 99.00"
    assert [note.text for note in chart.figure.layout.annotations] == ["median 30.00"]
    assert chart.figure.layout.xaxis.type == "log"


@pytest.mark.parametrize(("low", "high", "step"), [(1.0, 1000.0, 1.0), (20.0, 90.0, None)])
def test_an_axis_of_prices_has_a_number_however_near_they_lie(
    low: float, high: float, step: float | None
) -> None:
    """With a tick at each power of ten alone, prices from 20 to 90 have none."""
    quartiles = {"lower": low, "median": low, "upper": high}
    chart = drawn(
        prices.prices(frame("low high events", (low, high, 5)).assign(**quartiles), "light", KIND)
    )
    assert chart.figure.layout.xaxis.dtick == step


def test_buyers_of_twelve_or_more_share_a_bar() -> None:
    found = frame("purchases users", (1, 60), (2, 30), (12, 8), (52, 2))
    chart = drawn(buyers.purchases(found, "light", KIND))
    assert chart.finding == "60.0% of the buyers bought once; the average bought 3.20 times"
    assert chart.figure.data[0].x[-1] == "12 or more"
    assert chart.figure.data[0].y[-1] == 10


def test_buyers_who_come_every_week_are_counted_in_ranges() -> None:
    found = frame("purchases users", (1, 10), (3, 10), (20, 60), (200, 20))
    bars = drawn(buyers.purchases(found, "light", KIND)).figure.data[0]
    assert list(bars.x) == ["1", "2–3", "4–7", "8–15", "16–31", "32–63", "64–127", "128 or more"]
    assert list(bars.y) == [10, 10, 0, 0, 60, 0, 0, 20]


def test_the_median_gap_is_the_finding() -> None:
    found = frame("days pairs", (0, 10), (3, 30), (400, 20))
    chart = drawn(buyers.gaps(found, "light", KIND))
    assert chart.finding == "Half of the next purchases come within 3 days"
    assert chart.figure.data[0].x[-1] == "> 365"
    assert sum(chart.figure.data[0].y) == 60


def test_two_hundred_thousand_categories_take_no_matrix_of_all_pairs() -> None:
    many = [(f"c{number}", f"c{number + 1}", 1) for number in range(200_000)]
    chart = drawn(categories.transitions(frame("before after pairs", *many), "light", KIND))
    assert len(chart.figure.data[0].z) == categories.MOST_IN_GRID


def test_how_many_gaps_are_none_is_the_finding_where_most_are() -> None:
    found = frame("days pairs", (0, 99), (3, 1))
    chart = drawn(buyers.gaps(found, "light", KIND))
    assert chart.finding == "99.0% of the next purchases come on the same day"
    found = frame("days pairs", (0, 999), (3, 1))
    texts = drawn(buyers.gaps(found, "light", KIND)).figure.data[0].text
    assert list(texts) == ["100%", "0%", "0.1%"]  # few are not none


def test_the_next_month_is_counted_only_where_there_was_one() -> None:
    found = frame(
        "cohort months buyers",
        (date(2019, 1, 1), 0, 100),
        (date(2019, 1, 1), 1, 40),
        (date(2019, 2, 1), 0, 1000),
    )
    chart = drawn(buyers.cohorts(found, "light", KIND))
    assert chart.finding.startswith("40.0% of the buyers buy again")


def test_a_month_in_which_nobody_of_a_cohort_returned_is_zero() -> None:
    found = frame(
        "cohort months buyers",
        (date(2018, 12, 1), 0, 100),
        (date(2018, 12, 1), 2, 10),
        (date(2019, 1, 1), 0, 100),
        (date(2019, 1, 1), 1, 50),
    )
    chart = drawn(buyers.cohorts(found, "light", KIND))
    assert chart.finding.startswith("25.0% of the buyers buy again")
    assert chart.table.iloc[0].tolist() == ["2018-12", 0.0, 0.1]


def test_one_month_has_no_cohorts() -> None:
    assert (
        buyers.cohorts(frame("cohort months buyers", (date(2019, 1, 1), 0, 9)), "dark", KIND)
        is None
    )


def test_repeats_add_up_what_was_bought_before() -> None:
    found = frame("kind pairs", ("same", 10), ("earlier", 20), ("category", 30), ("new", 40))
    chart = drawn(products.repeats(found, "light", KIND))
    assert chart.finding == "30.0% of the next purchases repeat a product, 10.0% the last one"


def test_the_tail_is_long_where_few_products_sell() -> None:
    found = frame("products events", (0.0, 0.0), (0.9, 0.4), (1.0, 1.0))
    chart = drawn(products.long_tail(found, "light", KIND))
    assert chart.finding.startswith(
        "The top tenth of the products accounts for 60% of the purchases (Gini 0.5"
    )


def test_what_leads_to_what_is_named_from_pairs_that_are_many_enough() -> None:
    found = frame(
        "before after pairs",
        ("a.phone", "a.phone", 50),
        ("a.phone", "a.case", 30),
        ("b.soap", "b.soap", 118),
        ("b.soap", "b.towel", 2),
    )
    chart = drawn(categories.transitions(found, "light", KIND))
    assert chart.finding == (
        "84.0% of the next purchases stay in the category; "
        "phone leads to case 2.5 times as often as chance would"
    )


def test_no_transition_is_named_that_chance_would_make_too() -> None:
    found = frame("before after pairs", ("a.phone", "a.phone", 50), ("a.phone", "a.case", 40))
    chart = drawn(categories.transitions(found, "light", KIND))
    assert chart.finding == "55.6% of the next purchases stay in the category"


@pytest.mark.parametrize("theme", ["light", "dark", None])
def test_one_row_is_enough_for_every_chart(theme: str | None) -> None:
    drawn(events.days(days(1), theme))
    drawn(events.hours(frame("weekday hour type events", (6, 23, "rating", 1)), theme))
    drawn(categories.categories(frame("category events", ("a", 1)), theme, KIND))
    drawn(brands.brands(frame("brand events", ("a", 1)), theme, KIND))
    bins = frame("low high events lower median upper", (1.0, 2.0, 1, 1.0, 1.0, 1.0))
    drawn(prices.prices(bins, theme, KIND))
    drawn(buyers.purchases(frame("purchases users", (1, 1)), theme, KIND))
    drawn(buyers.gaps(frame("days pairs", (0, 1)), theme, KIND))
    drawn(products.repeats(frame("kind pairs", ("new", 1)), theme, KIND))
    drawn(categories.transitions(frame("before after pairs", ("a", "a", 1)), theme, KIND))
