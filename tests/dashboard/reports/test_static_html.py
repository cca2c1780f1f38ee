"""Components as static HTML."""

import pytest
from dash import dcc, html

from dashboard.components import help_text, key_figure
from dashboard.reports.static_html import static_html


def test_texts_are_never_markup() -> None:
    assert static_html(html.P("<b>1 & 2</b>", title='"')) == (
        '<p title="&#34;">&lt;b&gt;1 &amp; 2&lt;/b&gt;</p>'
    )


def test_links_leave_their_words_and_buttons_nothing() -> None:
    content = html.Div([dcc.Link("demo-1", href="/runs/demo-1"), html.Button("Stop", id="stop")])
    assert static_html(content) == "<div><span>demo-1</span></div>"


def test_explanations_of_a_page_are_left_out() -> None:
    shown = static_html(key_figure("HR@10", "0.3", explanation="The share", place="judging"))
    assert "The share" not in shown
    assert "HR@10" in shown
    assert static_html(help_text("x", about="y", place="z")) == ""


def test_a_component_that_a_browser_builds_is_refused() -> None:
    with pytest.raises(TypeError, match="Graph"):
        static_html(dcc.Graph())
