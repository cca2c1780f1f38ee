"""Sums: what members of a blend say of some histories, added up while it is near the processor."""

from dataclasses import dataclass

import numpy as np

from data.sequences import Floats, Ints, Longs
from model.histories import Histories, places
from model.ranker import row_sums
from model.weights import TINY


@dataclass(frozen=True)
class Share:
    """How a member's scores are read, and what they count.

    Attributes
    ----------
    probable : bool
        Whether their softmax are probabilities.
    scale : float
        Their size, where they are none.
    pool, new, own : float32 [contexts]
    """

    probable: bool
    scale: float
    pool: Floats
    new: Floats
    own: Floats

    def raw(self, scores: Floats, room: Floats | None = None) -> Floats:
        """Return what probabilities are in proportion to, in ``room`` where it is given."""
        if self.probable:
            found: Floats = np.exp(scores, out=room)
        else:  # NumPy is three times slower where one number is compared with all
            found = np.maximum(scores, np.zeros(scores.shape[-1:], np.float32), out=room)
            found *= np.float32(10 / self.scale)
        return found

    def said(self, scores: Floats, raw: Floats) -> Floats:
        """Return what is summed: logarithms, but for a history's level."""
        return scores if self.probable else np.log1p(raw)


@dataclass(frozen=True)
class Changes:
    """What a member says of a few products of each history.

    Attributes
    ----------
    first : int [histories + 1]
        Where each history's entries begin.
    place : int64 [entries]
        History × products + product, counted from the first history of a sum.
    said : float32 [entries]
        How far what is summed is from what is usual.
    mixture : float32 [entries]
        The same of the member's part in the mixture.
    part : float32 [histories]
        How much of what is usual belongs into the mixture.
    level : float32 [histories]
        The logarithm of the sum over all products.
    """

    first: Ints
    place: Longs
    said: Floats
    mixture: Floats
    part: Floats
    level: Floats


@dataclass
class Sum:
    """A sum under way; what a history holds is kept apart, as it has weights of its own.

    Attributes
    ----------
    new, mixture, room : float32 [histories, products]
        The last one is room to work in.
    level : float32 [histories]
        What is to be added to all of ``new``.
    of : int64 [histories]
        The context of each history.
    row : int64 [entries]
        The history of each entry of ``place``.
    place : int64 [entries]
        The products that each history holds: history × products + product.
    number : int32 [histories × products]
        Where in ``place`` a product of a history is; -1 where it is not held.
    own : float32 [entries]
        Of what is held, what ``new`` is of the rest.
    """

    new: Floats
    mixture: Floats
    room: Floats
    level: Floats
    of: Longs
    row: Longs
    place: Longs
    number: Ints
    own: Floats

    @classmethod
    def empty(cls, histories: Histories, of: Longs, products: int) -> "Sum":
        """Return a sum of nothing."""
        row, product = places(histories.matrix(products))
        place = row * products + product
        number = np.full(len(histories) * products, -1, dtype=np.int32)
        number[place] = np.arange(len(place))
        shape = (len(histories), products)
        new, mixture, room = (
            make(shape, dtype=np.float32) for make in (np.zeros, np.zeros, np.empty)
        )
        level, own = np.zeros(len(histories), np.float32), np.zeros(len(place), np.float32)
        return cls(new, mixture, room, level, of, row, place, number, own)

    @property
    def of_own(self) -> Longs:
        """The context of each entry of ``place``."""
        return self.of[self.row]

    def change(self, changes: Changes, rows: slice, share: Share) -> None:
        """Add what a member says otherwise to these histories; what is usual is there already."""
        entries = slice(changes.first[rows.start], changes.first[rows.stop])
        place, said = changes.place[entries], changes.said[entries]
        weights = np.repeat(share.new[self.of], np.diff(changes.first[rows.start : rows.stop + 1]))
        np.add.at(self.new.ravel(), place, weights * said)
        if share.pool.any():
            np.add.at(self.mixture.ravel(), place, changes.mixture[entries])
        number = self.number[place]
        held = np.flatnonzero(number >= 0)
        number = number[held]
        self.own[number] += share.own[self.of_own[number]] * said[held]
        if share.probable:
            self.lower(changes.level[rows], share)

    def add(self, scores: Floats, share: Share) -> None:
        """Add what a member says of every product."""
        raw, highest = self.room, np.zeros((len(scores), 1), np.float32)
        if share.probable:
            highest = scores.max(axis=1, keepdims=True)
            np.subtract(scores, highest, out=raw)
            share.raw(raw, raw)
        else:
            share.raw(scores, raw)
        whole = row_sums(raw)
        said = share.said(scores, raw)
        self.own += share.own[self.of_own] * said.ravel()[self.place]
        if share.probable:
            self.lower(highest[:, 0] + np.log(whole), share)
        if share.pool.any():
            parts = share.pool[self.of] / np.maximum(whole, TINY)
            self._add(self.mixture, raw, parts.astype(np.float32))
        self._add(self.new, said, share.new[self.of])

    def _add(self, to: Floats, what: Floats, weights: Floats) -> None:
        """Add something so many times as each history's weight says."""
        np.multiply(what, weights[:, None], out=self.room)
        to += self.room

    def lower(self, level: Floats, share: Share) -> None:
        """Take a member's levels, the logarithms of its sums, from what the histories have."""
        self.level -= share.new[self.of] * level
        self.own -= share.own[self.of_own] * level[self.row]

    def total(self, new: Floats, own: Floats, again: Floats) -> Floats:
        """Return the sum with the mixture and a buyer's own products in it.

        ``new`` and ``own`` are what the mixture counts, ``again`` what is added to own products,
        each [contexts].
        """
        mixture = self.mixture
        np.maximum(mixture, np.full(mixture.shape[1], TINY, np.float32), out=mixture)
        np.log(mixture, out=mixture)
        self.own += own[self.of_own] * mixture.ravel()[self.place] + again[self.of_own]
        self._add(self.new, mixture, new[self.of])
        self.new += self.level[:, None]
        self.new.ravel()[self.place] = self.own
        return self.new
