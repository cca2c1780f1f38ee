"""Scores of a blend in NumPy.

Imports nothing of Vitrina: it is copied into exported bundles, with the methods ``numpy_scores`` of
its members. It computes for one history what ``model.blend.blend`` computes for many.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

FIRST = 2
"""Code of the first product of the catalogue; 0 is padding, 1 an unknown product."""
EDGES = (6, 21, 61)
"""Training events of the last product from which the next stratum begins."""
TINY = np.float32(1e-9)

Scores = Callable[[Any, Any, Any], Any]
"""Returns the scores of a fitted baseline from its state, its settings and a ``History``."""


class Blend:
    """A weighted sum of the scores of a network and of baselines.

    Parameters
    ----------
    file : path
        ``blend.npz`` of a run or of a bundle.
    baselines : mapping of str to (callable, bool)
        The baselines among the members by name: the source of their method
        ``numpy_scores``, and whether they are probabilistic.
    """

    def __init__(self, file: Path | str, baselines: Mapping[str, tuple[Scores, bool]]) -> None:
        self.baselines = baselines
        with np.load(file, allow_pickle=False) as arrays:
            self.about = json.loads(str(arrays["about"]))
            self.scales = arrays["scales"]
            self.mixture, self.new, self.repeat = (
                np.atleast_2d(arrays[name]) for name in ("pool", "new", "own")
            )
            self.intercept = np.atleast_1d(arrays["again"])
            self.counts = arrays["counts"] if len(self.new) > 1 else np.zeros(0, dtype=np.int64)
            states = {key: arrays[key] for key in arrays.files if "/" in key}
        self.states: list[dict[str, Any]] = [{} for _member in self.about]
        for key, values in states.items():
            number, _slash, name = key.partition("/")
            self.states[int(number)][name] = values

    def scores(self, network: Any, history: Any) -> Any:
        """Return the blend's score of every product, float32 [products].

        Parameters
        ----------
        network : float32 array [products]
            The network's scores.
        history : numpy_ops.History
        """
        targets = history.of_targets()
        stratum = self._stratum(history.product)
        new, repeat = self.new[stratum], self.repeat[stratum]
        new_sum, repeat_sum, mixture = (np.zeros(len(network), dtype=np.float32) for _ in range(3))
        for i, (entry, state) in enumerate(zip(self.about, self.states, strict=True)):
            if entry["baseline"]:
                member_scores, probabilistic = self.baselines[entry["name"]]
                read = history if entry.get("reads_all") else targets
                scores = member_scores(state, entry["settings"], read)
            else:
                scores, probabilistic = network, True
            scores = _to_log_scale(scores, probabilistic, float(self.scales[i])).astype(np.float32)
            probability = np.exp(scores) if probabilistic else np.expm1(scores)
            if not probabilistic:
                probability /= max(probability.sum(), TINY)
            mixture += np.float32(self.mixture[stratum][i]) * probability
            new_sum += np.float32(new[i]) * scores
            repeat_sum += np.float32(repeat[i]) * scores
        mixture = np.log(np.maximum(mixture, TINY))
        products = np.unique(history.product[history.product >= FIRST]) - FIRST
        new_sum += np.float32(new[-1]) * mixture
        repeat_sum += np.float32(self.intercept[stratum]) + np.float32(repeat[-1]) * mixture
        new_sum[products] = repeat_sum[products]
        return new_sum

    def _stratum(self, products: Any) -> int:
        """Return the popularity stratum of a history, by the events of its last product."""
        if len(self.new) == 1:
            return 0
        known = len(products) and products[-1] >= FIRST
        return int(np.digitize(self.counts[products[-1] - FIRST] if known else 0, EDGES))


def _to_log_scale(scores: Any, probabilistic: bool, scale: float) -> Any:
    """Return log-probabilities, or log(1 + 10 × score / scale) of members that have none."""
    if not probabilistic:
        return np.log1p(np.maximum(scores, 0) * np.float32(10 / scale))
    highest = scores.max()
    log_total = highest + np.log(np.exp(scores - highest).sum(dtype=np.float64))
    return scores - log_total
