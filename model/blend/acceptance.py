"""Whether a blend is kept: whether it ranks better than its first member, the network, alone."""

import numpy as np

from data.preparation.sequences import Floats
from model.blend.conditional_logit import (
    PADDING,
    BlendWeights,
    CandidateSample,
    add_mixture,
    fit_weights,
    utilities,
)
from model.sequences.histories import Array

FEW_TARGETS = 1000
FOLDS, FOLDS_OF_FEW = 2, 5
"""Of few targets most are needed for a fit; of many, each fit takes long."""
K = 10


def is_better_than_network(
    sample: CandidateSample,
    buyers: Array,
    probabilistic: Array,
    weights: BlendWeights,
) -> bool:
    """Return whether cross-validation over buyers shows a higher NDCG@10.

    A few dozen targets say too little for the weights of a score of members: a blend that is
    fitted on them can rank worse than the network. The products of the history are ranked, too: a
    blend may know that nobody buys twice. No certainty is asked for: the best epoch of the network
    was chosen on the same targets, so that its own figure is too high.

    Parameters
    ----------
    sample : CandidateSample
    buyers : int array [targets]
    probabilistic : bool array [members]
        Whether each member's scores are log-probabilities.
    weights : BlendWeights
        Fitted on the whole sample; those of the folds are looked for near them.
    """
    distinct, buyer = np.unique(buyers, return_inverse=True)
    folds = FOLDS if len(buyers) > FEW_TARGETS else FOLDS_OF_FEW
    if len(distinct) < folds:  # a fold would be empty
        return False
    fold = np.random.default_rng(0).permutation(len(distinct))[buyer] % folds
    network = sample.features[:, :, 0]
    gain = np.zeros(len(buyers))
    for validation in (fold == number for number in range(folds)):
        of_fold = fit_weights(sample.rows(~validation), probabilistic, weights)
        part = sample.rows(validation)
        features = add_mixture(part, of_fold.mixture, probabilistic)
        scores = utilities(features, part, of_fold)
        gain[validation] = _ndcg(scores, part) - _ndcg(network[validation], part)
    return bool(gain.mean() > 0)


def _ndcg(scores: Floats, sample: CandidateSample) -> Array:
    """Return NDCG@10 of each target among its candidates, which hold the top of each member."""
    others = np.where(sample.offset <= PADDING / 2, -np.inf, scores)[:, 1:]
    rank = 1 + (others >= scores[:, :1]).sum(axis=1)
    gains: Array = np.where(rank <= K, 1 / np.log2(1 + rank), 0.0)
    return gains
