"""A blend: the network and simple models together, each with a weight fitted on validation.

The score of a product is a weighted sum of what each member says of it; its softmax are
probabilities. The weights are those that make the validation targets most probable (a
conditional logit; McFadden 1974). None is negative but that of a buyer's own purchases: where
nobody buys a product twice, they speak against it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from scipy import optimize, sparse

from data.sequences import Floats
from model.baselines import BASELINES
from model.baselines.own import PersonalFrequency, RepeatLast
from model.histories import Array, Histories
from model.metrics import top
from model.ranker import Baseline, Kind, Ranker, log_total
from model.saved import RunFolder
from model.task import Task

FILE = "blend.npz"
JUDGED, BEST, DRAWN = 2000, 50, 300
LOWEST = -20.0
RIDGE = 1e-3
SMALLEST = 0.02
NEVER = -1e9
OWN = frozenset({PersonalFrequency.name, RepeatLast.name})
LEAST_OWN, HIGHEST = -2.0, 5.0


class Blend(Ranker):
    """Members and their weights.

    Parameters
    ----------
    members : sequence of Ranker
        Fitted.
    weights, scales : arrays [members]
        What each member counts, and the size of its highest scores.
    """

    name = "blend"
    kind: ClassVar[Kind] = "network"
    probabilities = True

    def __init__(self, members: Sequence[Ranker], weights: Array, scales: Array) -> None:
        self.members, self.weights, self.scales = list(members), weights, scales

    def scores(self, histories: Histories) -> Floats:
        """Return the weighted sum of the members' scores, each brought to a common form."""
        return self.mixed([member.scores(histories) for member in self.members])

    def mixed(self, of_members: Sequence[Floats]) -> Floats:
        """Return the blend of scores that the members have given already."""
        parts = zip(self.members, of_members, self.weights, self.scales, strict=True)
        total = np.zeros_like(of_members[0])
        for member, scores, weight, scale in parts:
            total += np.float32(weight) * common(member, scores, float(scale))
        return total

    @property
    def shares(self) -> dict[str, float]:
        """Each member's weight, by name."""
        names = (member.name for member in self.members)
        return {name: float(w) for name, w in zip(names, self.weights, strict=True)}

    def save(self, run: RunFolder) -> None:
        """Keep the members that are not the network, and all weights, in one file."""
        about: list[dict[str, Any]] = []
        arrays: dict[str, Any] = {}
        for i, member in enumerate(self.members):
            note: dict[str, Any] = {"name": member.name, "baseline": isinstance(member, Baseline)}
            if isinstance(member, Baseline):
                note["settings"] = member.settings
                arrays |= {f"{i}/{key}": part for key, part in _parts(member.learned)}
            about.append(note)
        arrays |= {"weights": self.weights, "scales": self.scales}
        arrays["about"] = np.array(json.dumps(about))

        def fill(file: Any) -> None:
            with file.open("wb") as stream:
                np.savez_compressed(stream, **arrays)

        run.write(FILE, fill)

    @classmethod
    def load(cls, run: RunFolder, network: Ranker) -> "Blend":
        """Bring back a blend; the network is the run's own."""
        with np.load(run.path / FILE, allow_pickle=False) as held:
            members: list[Ranker] = []
            for i, note in enumerate(json.loads(str(held["about"]))):
                if not note["baseline"]:
                    members.append(network)
                    continue
                member = BASELINES[note["name"]](**note["settings"])
                keys = [key for key in held.files if key.startswith(f"{i}/")]
                member.learned = _whole({key.partition("/")[2]: held[key] for key in keys})
                members.append(member)
            return cls(members, held["weights"], held["scales"])


def common(member: Ranker, scores: Floats, scale: float) -> Floats:
    """Bring a member's scores to a form that can be added: logarithms."""
    if member.probabilities:
        found: Floats = np.maximum(scores - log_total(scores), LOWEST).astype(np.float32)
    else:
        found = np.log1p(np.maximum(scores, 0) * np.float32(10 / scale)).astype(np.float32)
    return found


def fit_blend(task: Task, members: Sequence[Ranker], beat: Callable[[], None]) -> Blend:
    """Return a blend whose weights suit the validation targets; members of no use are left out.

    Parameters
    ----------
    task : Task
    members : sequence of Ranker
        Fitted; the network first.
    beat : callable
        Called after every batch.
    """
    targets = task.split.validation[task.answers(task.split.validation) >= 0]
    random = np.random.default_rng(0)
    if len(targets) > JUDGED:
        targets = np.sort(random.choice(targets, JUDGED, replace=False))
    if not len(targets):
        return Blend(members[:1], np.ones(1), np.ones(1))
    histories, answers = task.histories(targets), task.answers(targets)
    scales = _scales(members, histories.some(slice(0, 200)))
    features, offsets = [], []
    step = max(2**23 // task.products, 8)
    for begin in range(0, len(targets), step):
        part, answer = histories.some(slice(begin, begin + step)), answers[begin : begin + step]
        scores = [
            common(member, member.scores(part), float(scale))
            for member, scale in zip(members, scales, strict=True)
        ]
        candidates, offset = _candidates(scores, answer, random)
        features.append(
            np.stack([np.take_along_axis(one, candidates, axis=1) for one in scores], axis=2)
        )
        offsets.append(offset)
        beat()
    every, offset = np.concatenate(features), np.concatenate(offsets)
    lowest = np.array([LEAST_OWN if member.name in OWN else 0.0 for member in members])
    weights = _weights(every, offset, lowest)
    kept = np.flatnonzero(np.abs(weights) >= SMALLEST)
    kept = kept if len(kept) else np.array([0])
    final = _weights(every[:, :, kept], offset, lowest[kept])
    return Blend([members[int(i)] for i in kept], final, scales[kept])


def _scales(members: Sequence[Ranker], histories: Histories) -> Array:
    """Return the mean of each member's highest scores."""
    highest = [float(member.scores(histories).max(axis=1).mean()) for member in members]
    return np.array([one if one > 0 else 1.0 for one in highest])


def _candidates(
    scores: Sequence[Floats], answers: Array, random: np.random.Generator
) -> tuple[Array, Array]:
    """Return products to compare each target with, the target first, and their offsets.

    The best of each member stand for themselves; some drawn at random stand for all the others,
    which their offset, the logarithm of how many each stands for, makes up for.
    """
    rows, products = scores[0].shape
    taken = np.zeros((rows, products), dtype=bool)
    here = np.arange(rows)[:, None]
    chosen, offsets = [answers[:, None]], [np.zeros((rows, 1))]
    taken[here, answers[:, None]] = True
    for one in scores:
        best = top(one, min(BEST, products))
        chosen.append(best)
        offsets.append(np.where(taken[here, best], NEVER, 0.0))
        taken[here, best] = True
    drawn = random.integers(0, products, (rows, DRAWN))
    free = ~taken[here, drawn]
    others = products - taken.sum(axis=1, keepdims=True)
    stands_for = np.log(np.maximum(others, 1) / np.maximum(free.sum(axis=1, keepdims=True), 1))
    chosen.append(drawn)
    offsets.append(np.where(free, stands_for, NEVER))
    return np.concatenate(chosen, axis=1), np.concatenate(offsets, axis=1)


def _weights(features: Array, offsets: Array, lowest: Array) -> Array:
    """Return the weights that make the first candidate of each row most probable."""

    def cost(weights: Array) -> tuple[float, Array]:
        scores = features @ weights.astype(np.float32) + offsets
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        chances = raised / raised.sum(axis=1, keepdims=True)
        loss = -np.log(np.maximum(chances[:, 0], 1e-30)).mean()
        expected = np.einsum("nc,nck->nk", chances, features)
        slope = (expected - features[:, 0]).mean(axis=0)
        return float(loss + RIDGE * (weights**2).sum()), slope + 2 * RIDGE * weights

    count = features.shape[2]
    start = np.zeros(count)
    start[0] = 1.0
    found = optimize.minimize(
        cost, start, jac=True, method="L-BFGS-B", bounds=[(low, HIGHEST) for low in lowest]
    )
    weights: Array = found.x
    return weights


def _parts(learned: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return a baseline's arrays; a sparse matrix becomes four."""
    parts: list[tuple[str, Any]] = []
    for key, value in learned.items():
        if sparse.issparse(value):
            fields = ("data", "indices", "indptr", "shape")
            parts += [(f"{key}.{name}", np.asarray(getattr(value, name))) for name in fields]
        else:
            parts.append((key, value))
    return parts


def _whole(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Put a baseline's arrays together again."""
    learned: dict[str, Any] = {}
    for key in arrays:
        name, _dot, part = key.partition(".")
        if not part:
            learned[name] = arrays[key]
        elif part == "data":
            pieces = (arrays[f"{name}.{field}"] for field in ("data", "indices", "indptr"))
            shape = tuple(int(size) for size in arrays[f"{name}.shape"])
            learned[name] = sparse.csr_matrix(tuple(pieces), shape=shape)
    return learned
