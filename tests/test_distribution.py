"""The tests are distributed over workers so that neither waits for the other at the end."""

import pytest

from tests.conftest import LONGEST, ROOT


@pytest.mark.parametrize("module", LONGEST)
def test_a_module_that_starts_early_exists(module: str) -> None:
    assert (ROOT / module).is_file()
