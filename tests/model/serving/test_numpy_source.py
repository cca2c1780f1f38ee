"""A bundle gets the part of a baseline's module that runs on NumPy alone."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from model.baselines import BASELINES, numpy_ops
from model.serving.numpy_source import numpy_source

SCALE = 2.0
OTHER = 3.0
"""A constant that nothing in NumPy reads."""


class Model:
    """Has the method that a bundle needs, and one that needs SciPy."""

    def matrix(self) -> sparse.csr_matrix:
        return sparse.csr_matrix((1, 1))

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        sparse = numpy_ops.known_items(history)  # hides the module of this name
        return doubled(np.zeros(3) + len(sparse))


class Unportable:
    """Reads in its method what a bundle does not have."""

    @staticmethod
    def numpy_scores(state: Any, settings: Any, history: Any) -> Any:
        return sparse.csr_matrix(state)


def doubled(values: sparse.csr_matrix) -> Any:
    """Return the values times ``SCALE``; the annotation is not evaluated."""
    return values * SCALE


def test_the_source_holds_what_the_method_uses_and_nothing_else() -> None:
    source = numpy_source(Model.numpy_scores)
    assert "def doubled" in source
    assert "SCALE = 2.0" in source
    assert not {"OTHER", "scipy", "pytest", "class"} & set(source.split())
    source = source.replace("from . import numpy_ops", "from model.baselines import numpy_ops")
    defined: dict[str, Any] = {}
    exec(compile(source, "<bundle>", "exec"), defined)
    assert defined["numpy_scores"]({}, {}, numpy_ops.History.of([1, 2, 5])).tolist() == [4, 4, 4]


def test_a_method_that_uses_another_library_is_refused() -> None:
    with pytest.raises(NameError, match="uses sparse, which no bundle has"):
        numpy_source(Unportable.numpy_scores)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_has_a_source_without_vitrina(name: str) -> None:
    source = numpy_source(BASELINES.load(name).numpy_scores)
    modules = [line.split()[1] for line in source.splitlines() if line.startswith("from ")]
    assert set(modules) <= {"__future__", "."}
    compile(source, name, "exec")
