"""The timeline: groups, gaps, marks and what can be done with each row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.pages.recommend.timeline import Timeline, same_group, time_gap, timeline
from dashboard.services.recommendations.what_if import HistoryEvent

NOON = datetime(2019, 11, 17, 12, tzinfo=UTC)


def bought(key: int, hours: float, session: str | None = None) -> HistoryEvent:
    return HistoryEvent(
        str(key), f"p{key}", time=NOON + timedelta(hours=hours), type="purchase", session=session
    )


def rows(content: Timeline) -> list[Any]:
    return list(timeline(content).children[0].children)


def looks(content: Timeline) -> list[str]:
    return [row.className for row in rows(content)]


def test_the_newest_purchase_is_on_top() -> None:
    rendered = rows(Timeline([bought(0, 0), bought(1, 1)]))
    keys = [row.to_plotly_json()["props"].get("data-key") for row in rendered]
    assert [key for key in keys if key] == ["1", "0"]


def test_purchases_of_one_session_stand_together_even_past_midnight() -> None:
    assert same_group(bought(0, 11.9, "s"), bought(1, 12.1, "s"))
    assert not same_group(bought(0, 0, "s"), bought(1, 0.1, "t"))


def test_without_sessions_a_day_is_a_group() -> None:
    assert same_group(bought(0, 0), bought(1, 3))
    assert not same_group(bought(0, 0), bought(1, 13))


def test_gaps_between_groups_are_in_days_or_hours() -> None:
    assert time_gap(bought(1, 24 * 12), bought(0, 0)) == "12 days before"
    assert time_gap(bought(1, 3), bought(0, 0)) == "3 h before"


def test_no_gap_is_given_where_an_edit_swapped_the_events() -> None:
    assert time_gap(bought(0, 0), bought(1, 3)) == ""


def test_hidden_purchases_are_on_top_and_the_first_of_them_is_the_target() -> None:
    hidden = [bought(1, 1), bought(2, 2)]
    content = Timeline([bought(0, 0)], hidden=hidden, target=hidden[0], recorded=3)
    assert looks(content)[:2] == ["event is-hidden", "event is-hidden is-truth"]


def test_a_line_marks_the_end_of_the_window_the_model_reads() -> None:
    content = Timeline([bought(place, place) for place in range(5)], window=2)
    at = looks(content).index("timeline-limit")
    assert sum(look == "event" for look in looks(content)[:at]) == 2


def test_of_a_long_history_the_latest_events_are_rendered_and_the_rest_is_counted() -> None:
    drawn = timeline(Timeline([bought(place, place) for place in range(10_000)], max_rows=40))
    assert sum("event" in (row.className or "") for row in drawn.children[0].children) == 40
    assert "9,960" in str(drawn.children[1])


def test_added_events_are_marked() -> None:
    assert "event is-added" in looks(Timeline([bought(0, 0), HistoryEvent("a0", "jug")]))


def test_more_units_than_one_are_marked() -> None:
    events = [replace(bought(k, k), quantity=units) for k, units in enumerate([None, 1, 12, 0.5])]
    text = str(timeline(Timeline(events)))
    assert text.count("unit") == 2
    assert "12 units" in text
    assert "0.5 units" in text
