"""Equation, source and use of losses, schedules and precisions."""

from docs.notes import Note

LOSSES = {
    "full_softmax": Note(
        equation="L = −log(e^{z_y} / Σ_j e^{z_j}), over every product j",
        source="computed in blocks, so that memory does not grow with targets times products",
        use="Up to some ten thousand products. Probabilities are those of the whole catalogue.",
    ),
    "sampled_softmax": Note(
        equation="L = −log(e^{z_y} / (e^{z_y} + Σ_j e^{z_j − log q_j})), over drawn negatives j",
        source="Bengio and Senécal 2008; Yi et al. 2019, equation 3; Khrylchenko et al. 2025",
        use="For large catalogues. Its loss is not comparable with that of the full softmax.",
    ),
}
SCHEDULES = {
    "constant": Note(use="For short trainings and repetitions.", equation="η"),
    "cosine": Note(
        equation="η · (0.01 + 0.99 · (1 + cos(π t)) / 2), t the share of the epochs after the"
        " warm-up",
        source="Loshchilov and Hutter 2017, SGDR",
        use="Where the number of epochs is known.",
    ),
    "plateau": Note(
        equation="η · 2^{−n}, n how often validation NDCG@10 stopped improving for two epochs",
        use="Where it is not known.",
    ),
}
PRECISIONS = {
    "float32": Note(use="Where nothing is measured."),
    "mixed_bfloat16": Note(
        source="Kalamkar et al. 2019",
        use="On processors with bfloat16 arithmetic and with large batches.",
    ),
}
PRESETS = {
    "paper": Note(
        use="To repeat the paper: its filters, its network, ten epochs, no early stopping."
    ),
    "fast": Note(use="For a first model within minutes; a small GRU, blended with the baselines."),
    "best": Note(
        use="For what you deploy; a larger GRU, blended with the baselines. Batch size, learning"
        " rate, loss, epochs, patience and number of networks follow from the number of events and"
        " products of the log; form and command say what was chosen."
    ),
}
