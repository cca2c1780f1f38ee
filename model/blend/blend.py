"""A blend: the network and simple models together, each with weights fitted on validation.

The score of a product is a weighted sum of what each member says of it; its softmax are
probabilities. A member has one weight for products that are new to the buyer and another for the
buyer's own; ``model.blend.weights`` tells how they are found.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, ClassVar

import numpy as np

from data.errors import BadInput
from data.i18n import _
from data.preparation.sequences import Floats, Longs
from model.baselines import BASELINES
from model.baselines.base import Baseline, Kind, Recommender, SparseBaseline, log_sum_exp
from model.baselines.serialization import packed, unpacked
from model.blend.popularity_strata import contexts, fit_apart
from model.blend.pruning import worthwhile
from model.blend.weights import Sample, Weights, draw, fit
from model.run_folder import RunFolder
from model.sequences.histories import Array, Histories
from model.sequences.split_data import Task

FILE = "blend.npz"
JUDGED = 8000
ENOUGH_TO_CHOOSE = 2500
"""Targets that the members are chosen by: a fit of all of them takes its time."""
AT_ONCE = 2**23
TOGETHER = 64
"""Histories that members are asked of at a time."""


class Blend(Recommender):
    """Members and their weights.

    Parameters
    ----------
    members : sequence of Recommender
        Fitted.
    weights : sequence of Weights
        One for each of ``model.blend.popularity_strata``, or one for all.
    scales : array [members]
        The size of each member's highest scores.
    counts : int array [products]
        Events of each product in training, which tell a history's context; not asked for where
        all histories have the same weights.
    """

    name = "blend"
    kind: ClassVar[Kind] = "network"
    probabilistic = True

    def __init__(
        self,
        members: Sequence[Recommender],
        weights: Sequence[Weights],
        scales: Array,
        counts: Longs,
    ) -> None:
        from model.blend.scorer import Mixer

        self.members, self.weights = list(members), list(weights)
        self.scales, self.counts = scales, counts
        self._mixer = Mixer(members, weights, scales)

    @property
    def dense_members(self) -> list[Recommender]:
        """The members that say something else of every product to every buyer."""
        return [member for member in self.members if not isinstance(member, SparseBaseline)]

    def scores(self, histories: Histories) -> Floats:
        """Return the weighted sum of the members' scores, each brought to a common form."""
        return self._joined(histories, self.streamed(histories, TOGETHER))

    def streamed(self, histories: Histories, step: int) -> Iterator[tuple[slice, Floats]]:
        """Yield which histories, and their sums, so many histories at a time."""

        def said(rows: slice) -> list[Floats]:
            return [member.scores(histories.some(rows)) for member in self.dense_members]

        return self._mixer.mixed(histories, self._contexts(histories), said, step)

    def combine(self, histories: Histories, of_dense: Sequence[Floats]) -> Floats:
        """Return the blend, given the scores of its dense members."""

        def said(rows: slice) -> list[Floats]:
            return [scores[rows] for scores in of_dense]

        of = self._contexts(histories)
        return self._joined(histories, self._mixer.mixed(histories, of, said, TOGETHER))

    def _contexts(self, histories: Histories) -> Longs:
        if len(self.weights) > 1:
            return contexts(histories, self.counts)
        return np.zeros(len(histories), dtype=np.int64)

    def _joined(self, histories: Histories, parts: Iterable[tuple[slice, Floats]]) -> Floats:
        if not len(histories):
            return self.members[0].scores(histories)
        return np.concatenate([scores for _rows, scores in parts])

    @property
    def shares(self) -> dict[str, tuple[float, float]]:
        """Each member's weights by name: for new products, and for the buyer's own.

        Where contexts have weights of their own, their mean.
        """
        names = [*(member.name for member in self.members), "mixture"]
        new, own = (
            np.mean([getattr(one, name) for one in self.weights], axis=0) for name in ("new", "own")
        )
        return {
            name: (float(one), float(two)) for name, one, two in zip(names, new, own, strict=True)
        }

    def save(self, run: RunFolder) -> None:
        """Keep the members that are not the network, and all weights, in one file."""
        about: list[dict[str, Any]] = []
        arrays: dict[str, Any] = {}
        for i, member in enumerate(self.members):
            note: dict[str, Any] = {"name": member.name, "baseline": isinstance(member, Baseline)}
            if isinstance(member, Baseline):
                note["settings"] = member.settings
                arrays |= {f"{i}/{key}": part for key, part in packed(member.learned)}
            about.append(note)
        for field in fields(Weights):
            arrays[field.name] = np.array([getattr(one, field.name) for one in self.weights])
        arrays["scales"] = self.scales
        if len(self.weights) > 1:
            arrays["counts"] = self.counts
        arrays["about"] = np.array(json.dumps(about))

        def fill(file: Any) -> None:
            with file.open("wb") as stream:
                np.savez_compressed(stream, **arrays)

        run.write(FILE, fill)

    @classmethod
    def load(cls, run: RunFolder, network: Recommender) -> "Blend":
        """Bring back a blend; the network is the run's own.

        Raises
        ------
        BadInput
            Where an earlier version wrote it in another form.
        """
        with np.load(run.path / FILE, allow_pickle=False) as held:
            if not {field.name for field in fields(Weights)} <= set(held.files):
                raise BadInput(
                    _("An earlier version wrote the blend of run {run}; train it again.").format(
                        run=run.path.name
                    )
                )
            members: list[Recommender] = []
            for i, note in enumerate(json.loads(str(held["about"]))):
                if not note["baseline"]:
                    members.append(network)
                    continue
                member = BASELINES[note["name"]](**note["settings"])
                keys = [key for key in held.files if key.startswith(f"{i}/")]
                member.learned = unpacked({key.partition("/")[2]: held[key] for key in keys})
                members.append(member)
            told = zip(
                *(np.atleast_2d(held[name]) for name in ("pool", "new", "own")),
                np.atleast_1d(held["again"]),
                strict=True,
            )
            weights = [Weights(pool, new, own, float(again)) for pool, new, own, again in told]
            counts = held["counts"] if len(weights) > 1 else np.zeros(0, dtype=np.int64)
            return cls(members, weights, held["scales"], counts)


def common(member: Recommender, scores: Floats, scale: float) -> Floats:
    """Bring a member's scores to a form that can be added: logarithms, in a new array."""
    if member.probabilistic:
        found: Floats = (scores - log_sum_exp(scores)).astype(np.float32)
    else:
        found = np.log1p(np.maximum(scores, 0) * np.float32(10 / scale)).astype(np.float32)
    return found


def fit_blend(
    task: Task, members: Sequence[Recommender], on_progress: Callable[[], object] = lambda: None
) -> Blend:
    """Return a blend whose weights suit the validation targets; members of no use are left out.

    Parameters
    ----------
    task : Task
    members : sequence of Recommender
        Fitted; the network first.
    on_progress : callable
        Called after every batch.
    """
    targets = task.split.validation[task.answers(task.split.validation) >= 0]
    random = np.random.default_rng(0)
    if len(targets) > JUDGED:
        targets = np.sort(random.choice(targets, JUDGED, replace=False))
    if not len(targets):
        alone = Weights(np.ones(1), np.array([1.0, 0.0]), np.array([1.0, 0.0]), 0.0)
        return Blend(members[:1], [alone], np.ones(1), task.popularity)
    histories, answers = task.histories(targets), task.answers(targets)
    scales = _scales(members, histories.some(slice(0, 200)))
    parts = []
    step = max(AT_ONCE // task.products, 8)
    for begin in range(0, len(targets), step):
        part, answer = histories.some(slice(begin, begin + step)), answers[begin : begin + step]
        scores = [
            common(member, member.scores(part), float(scale))
            for member, scale in zip(members, scales, strict=True)
        ]
        parts.append(draw(scores, part.matrix(task.products), answer, random))
        on_progress()
    sample = Sample.joined(parts)
    logarithms = np.array([member.probabilistic for member in members])
    some = sample.some(slice(None, None, max(len(targets) // ENOUGH_TO_CHOOSE, 1)))
    kept = worthwhile(some, fit(some, logarithms), logarithms)
    on_progress()
    sample, logarithms = sample.of(kept), logarithms[kept]
    together = fit(sample, logarithms)
    weights = fit_apart(sample, contexts(histories, task.popularity), logarithms, together)
    return Blend([members[int(i)] for i in kept], weights, scales[kept], task.popularity)


def _scales(members: Sequence[Recommender], histories: Histories) -> Array:
    """Return the mean of each member's highest scores."""
    highest = [float(member.scores(histories).max(axis=1).mean()) for member in members]
    return np.array([one if one > 0 else 1.0 for one in highest])
