"""Messages on what is wrong."""

from dash import html

from dashboard.components import error_list, error_state
from tests.dashboard.text import text_of


def test_many_problems_are_one_message_of_which_three_are_seen_at_once() -> None:
    assert error_list([]) == []
    assert text_of(error_list(["One."])) == text_of(error_state("One."))
    (message,) = error_list([f"Problem {number}." for number in range(9)])
    body = vars(vars(message)["children"][1])["children"]
    assert [type(line) for line in body] == [html.P, html.P, html.P, html.Details]
    assert "6 more problems" in text_of(body[3])
    assert "Problem 8." in text_of(body[3])


def test_no_line_breaks_within_an_option() -> None:
    paragraph = vars(vars(error_state("Start it with --api-token-file, again."))["children"][1])
    words = vars(paragraph["children"][0])["children"]
    assert isinstance(words[1], html.Code)
    assert text_of(words) == "Start it with  --api-token-file , again."
