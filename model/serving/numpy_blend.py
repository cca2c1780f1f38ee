"""A blend in NumPy alone. This file also travels, as it is, in exported bundles as ``blend.py``.

It says for one history what ``model.blend.blend`` says for many, and imports nothing of Vitrina, so
that a bundle works where only NumPy and onnxruntime are installed.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FIRST, LONGEST, FARTHEST, NEIGHBOURS = 2, 200, 10, 100
EDGES = (6, 21, 61)
TINY = np.float32(1e-9)

Learned = dict[str, Any]


class Blend:
    """The members of a blend and what each one counts.

    Parameters
    ----------
    file : path
        ``blend.npz`` of a run or of a bundle.
    """

    def __init__(self, file: Path | str) -> None:
        with np.load(file, allow_pickle=False) as held:
            self.about = json.loads(str(held["about"]))
            self.scales, self.again = held["scales"], np.atleast_1d(held["again"])
            self.pool, self.new, self.own = (np.atleast_2d(held[n]) for n in ("pool", "new", "own"))
            self.counts = held["counts"] if len(self.pool) > 1 else np.zeros(0, dtype=np.int64)
            parts = {key: held[key] for key in held.files if "/" in key}
        self.learned: list[Learned] = [{} for _member in self.about]
        for key, values in parts.items():
            number, _slash, name = key.partition("/")
            self.learned[int(number)][name] = values

    def scores(self, network: Any, history: Any) -> Any:
        """Return the blend's score of every product, float32 [products].

        Parameters
        ----------
        network : float32 array [products]
            What the network says.
        history : int array [events]
            Codes of the products, oldest first: 2 for the first of the catalogue, 1 for unknown.
        """
        history = np.asarray(history)
        context = self._context(history)
        pool, new, of_own = self.pool[context], self.new[context], self.own[context]
        total, own, mixture = (np.zeros(len(network), dtype=np.float32) for _part in range(3))
        for i, (note, learned) in enumerate(zip(self.about, self.learned, strict=True)):
            if note["baseline"]:
                say, probable = MEMBERS[note["name"]]
                said = say(learned, note["settings"], history)
            else:
                said, probable = network, True
            common = _common(said, probable, float(self.scales[i])).astype(np.float32)
            chance = np.exp(common) if probable else np.expm1(common)
            if not probable:
                chance /= max(chance.sum(), TINY)
            mixture += np.float32(pool[i]) * chance
            total += np.float32(new[i]) * common
            own += np.float32(of_own[i]) * common
        mixture = np.log(np.maximum(mixture, TINY))
        bought = np.unique(history[history >= FIRST]) - FIRST
        total += np.float32(new[-1]) * mixture
        own += np.float32(self.again[context]) + np.float32(of_own[-1]) * mixture
        total[bought] = own[bought]
        return total

    def _context(self, history: Any) -> int:
        """Return which weights a history has: by how often its latest product was seen."""
        if len(self.pool) == 1:
            return 0
        known = len(history) and history[-1] >= FIRST
        return int(np.digitize(self.counts[history[-1] - FIRST] if known else 0, EDGES))


def _common(said: Any, probable: bool, scale: float) -> Any:
    """Bring what a member says to the form of logarithms."""
    if not probable:
        return np.log1p(np.maximum(said, 0) * np.float32(10 / scale))
    highest = said.max()
    whole = highest + np.log(np.exp(said - highest).sum(dtype=np.float64))
    return said - whole


def _popularity(learned: Learned, _settings: Any, _history: Any) -> Any:
    return learned["scores"]


def _repeat_last(learned: Learned, _settings: Any, history: Any) -> Any:
    scores = learned["shares"].copy()
    ages = np.arange(len(history))[::-1]
    known = history >= FIRST
    recency = (1 + 1 / (1 + ages[known])).astype(np.float32)
    np.maximum.at(scores, history[known] - FIRST, recency)
    return scores


def _personal(learned: Learned, settings: Any, history: Any) -> Any:
    scores = learned["shares"].copy()
    products, counts = np.unique(history[history >= FIRST] - FIRST, return_counts=True)
    scores[products] += counts.astype(np.float32) * np.float32(settings.get("weight", 1.0))
    return scores


def _repurchase(learned: Learned, _settings: Any, history: Any) -> Any:
    scores = learned["log_share"].copy()
    recent = history[-LONGEST:]
    ages, known = np.arange(len(recent))[::-1], recent >= FIRST
    bought, place = np.unique(recent[known] - FIRST, return_inverse=True)
    if not len(bought):
        return scores

    def summed(weights: Any) -> Any:
        return np.bincount(place, weights=weights[known], minlength=len(bought))

    count, lately = summed(np.ones(len(recent))), summed(ages < 2)
    age = np.full(len(bought), LONGEST, dtype=np.float64)
    np.minimum.at(age, place, ages[known])
    same = np.append(recent[1:] == recent[:-1], False)
    parts = (("counts", count), ("at_once", summed(same)), ("followed", summed(ages > 0)))
    others, at_once, followed = (np.maximum(learned[key][bought] - p, 0.0) for key, p in parts)
    again = np.maximum(learned["again"][bought] - np.maximum(count - 1, 0), 0.0)
    mean = learned["again"].sum() / max(learned["counts"].sum(), 1)
    mean_once = learned["at_once"].sum() / max(learned["followed"].sum(), 1)
    length, latest, one = float(len(recent)), (age == 0).astype(np.float64), np.ones(len(bought))
    loyal = _odds(length - len(bought), length, mean)
    traits = [
        one, np.log(count), np.log(summed((1.0 + ages) ** -0.5)), np.log1p(age), latest,
        one * np.log(length), np.log((others + 1) / (learned["counts"].sum() + 1)),
        _odds(again, others, mean), one * loyal, np.log(count) * np.log(length),
        latest * _odds(at_once, followed, mean_once), latest * loyal, latest * np.log(length),
        (lately == 2).astype(np.float64),
    ]  # fmt: skip
    if "category" in learned:
        category = learned["category"]
        bought_in = category[recent[known] - FIRST]
        whole, repeated = (
            np.bincount(category, weights=learned[key])[category[bought]]
            for key in ("counts", "again")
        )
        whole = np.maximum(whole - count, 0.0)
        repeated = np.maximum(repeated - np.maximum(count - 1, 0), 0.0)
        same_kind = bought_in == category[bought][:, None]
        lately_in = np.where(same_kind, ages[known], LONGEST).min(axis=1)
        traits += [
            _odds(repeated, whole, mean), np.log(same_kind.sum(axis=1)), np.log1p(lately_in)
        ]  # fmt: skip
    worth = np.stack(traits, axis=1).astype(np.float32) @ learned["theta"]
    scores[bought] = np.clip(worth, -25.0, 3.0)
    return scores


def _odds(part: Any, whole: Any, mean: float) -> Any:
    share = (part + 4.0 * mean + 0.01) / (whole + 4.02)
    return np.log(share) - np.log1p(-np.minimum(share, 0.999))


def _affinity(learned: Learned, settings: Any, history: Any) -> Any:
    shares, weights = learned["shares"], learned["weights"]
    products, values = _faded(history, settings["decay"])
    mixed = np.full(len(shares), weights[0], dtype=np.float64)
    size = values.sum() + 2.0
    for number, weight in enumerate(weights[1:]):
        kind, lift = (learned[f"lift{number}.{part}"] for part in ("indices", "data"))
        taken = np.bincount(kind[products], weights=values, minlength=kind.max() + 1)
        mixed += weight * (taken[kind] * lift + 2.0) / size
    return np.log(mixed * shares).astype(np.float32)


def _markov(learned: Learned, settings: Any, history: Any) -> Any:
    shares, weight = learned["shares"], np.float32(settings["backoff"])
    row = np.zeros_like(shares)
    if len(history) and history[-1] >= FIRST:
        _add_row(row, learned, "counts", history[-1] - FIRST, np.float32(1))
    return np.log((row + weight * shares) / (row.sum() + weight)).astype(np.float32)


def _rules(learned: Learned, settings: Any, history: Any) -> Any:
    recent = history[-FARTHEST:]
    products, values = _vector(recent, _by_age(recent))
    if "bought" in learned:
        damping = settings["damping"]
        values = values * (1 + damping) / (learned["bought"][products] + damping)
    return _summed(learned, "rules", products, values) + learned["shares"]


def _items(learned: Learned, settings: Any, history: Any) -> Any:
    vector = _faded(history, settings["decay"])
    return _summed(learned, "cosines", *vector) + learned["shares"]


def _buyers(learned: Learned, _settings: Any, history: Any) -> Any:
    shares, recent = learned["shares"], history[-LONGEST:]
    if "order" not in learned:  # who holds each product: the columns of the matrix
        learned["order"] = np.argsort(learned["scaled.indices"], kind="stable")
        sizes = np.bincount(learned["scaled.indices"], minlength=len(shares))
        learned["first"] = np.append(0, np.cumsum(sizes))
        counts = np.diff(learned["scaled.indptr"])
        learned["row"] = np.repeat(np.arange(len(counts)), counts)
    alike = np.zeros(len(learned["scaled.indptr"]) - 1, dtype=np.float32)
    for product, weight in zip(*_vector(recent, _by_age(recent)), strict=True):
        entries = learned["order"][learned["first"][product] : learned["first"][product + 1]]
        alike[learned["row"][entries]] += weight * learned["scaled.data"][entries]
    some = np.flatnonzero(alike)
    scores = np.zeros_like(shares)
    for buyer in some[np.argsort(-alike[some], kind="stable")[:NEIGHBOURS]]:
        _add_row(scores, learned, "held", buyer, alike[buyer])
    return scores + shares


def _ease(learned: Learned, settings: Any, history: Any) -> Any:
    scores, weights = learned["shares"].copy(), learned["weights"]
    products, values = _faded(history, settings["decay"])
    mapped = products < len(weights)
    scores[: len(weights)] += values[mapped] @ weights[products[mapped]]
    return scores


def _content(learned: Learned, settings: Any, history: Any) -> Any:
    shares = learned["shares"]
    wanted = np.zeros(int(learned["traits.shape"][1]), dtype=np.float32)
    for product, weight in zip(*_faded(history, settings["decay"]), strict=True):
        _add_row(wanted, learned, "traits", product, weight)
    wanted /= max(np.linalg.norm(wanted), np.float32(1e-9))
    rows = np.repeat(np.arange(len(shares)), np.diff(learned["traits.indptr"]))
    likeness = learned["traits.data"] * wanted[learned["traits.indices"]]
    found = np.bincount(rows, weights=likeness, minlength=len(shares)).astype(np.float32)
    return found + 0.1 * shares / shares.max()


def _factors(learned: Learned, _settings: Any, history: Any) -> Any:
    products, values = _faded(history, 1.0)
    vectors = learned["vectors"]
    return (vectors[:, products] @ values) @ vectors + learned["shares"]


Say = Callable[[Learned, Any, Any], Any]

MEMBERS: dict[str, tuple[Say, bool]] = {
    "popularity": (_popularity, True),
    "popularity, 7 days": (_popularity, True),
    "popularity, fading": (_popularity, True),
    "repeat last": (_repeat_last, False),
    "personal frequency": (_personal, False),
    "popularity + own count": (_personal, False),
    "repurchase": (_repurchase, True),
    "markov": (_markov, True),
    "sequence rules": (_rules, False),
    "buyer neighbours": (_buyers, False),
    "item neighbours": (_items, False),
    "item neighbours, recent": (_items, False),
    "ease": (_ease, False),
    "ease, recent": (_ease, False),
    "content": (_content, False),
    "affinity": (_affinity, True),
    "matrix factorisation": (_factors, False),
}
"""What each simple model says of a history, and whether its scores are probabilities."""


def _by_age(history: Any) -> Any:
    return (1 / np.arange(len(history), 0, -1)).astype(np.float32)


def _faded(history: Any, decay: float) -> tuple[Any, Any]:
    recent = history[-LONGEST:]
    ages = np.arange(len(recent))[::-1]
    return _vector(recent, np.power(np.float32(decay), ages).astype(np.float32))


def _vector(history: Any, weights: Any) -> tuple[Any, Any]:
    """Return the different known products of a history and the sum of each one's weights."""
    known = history >= FIRST
    products, place = np.unique(history[known] - FIRST, return_inverse=True)
    sums = np.zeros(len(products), dtype=np.float32)
    np.add.at(sums, place, weights[known])
    return products, sums


def _summed(learned: Learned, name: str, products: Any, values: Any) -> Any:
    """Return a vector times a sparse matrix."""
    total = np.zeros(int(learned[f"{name}.shape"][1]), dtype=np.float32)
    for product, value in zip(products, values, strict=True):
        _add_row(total, learned, name, product, value)
    return total


def _add_row(total: Any, learned: Learned, name: str, row: int, value: Any) -> None:
    begin, end = learned[f"{name}.indptr"][row : row + 2]
    total[learned[f"{name}.indices"][begin:end]] += value * learned[f"{name}.data"][begin:end]
