"""Any texts go through one line and come back."""

import re

import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from, text

from data.comma_list import read_list, write_list

TEXTS = lists(text().map(str.strip).filter(bool), max_size=5)


@given(TEXTS, sampled_from([",", "|"]))
def test_texts_come_back(texts: list[str], separator: str) -> None:
    assert read_list(write_list(texts, separator), separator) == texts


@pytest.mark.parametrize("line", ['"open', 'a,"b', '"a"b,c'])
def test_a_quote_that_is_not_closed_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line)):
        read_list(line)
