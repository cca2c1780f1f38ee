"""Equation, source and use of protocols, asking moments and figures."""

from docs.notes import Note

PROTOCOLS = {
    "temporal": Note(
        equation="train | 80 % of the targets' times | validation | 90 % | test",
        source="Ji et al. 2023, A critical study on data leakage in recommender system evaluation",
        use="For every decision. A model sees only what happened before the first boundary.",
    ),
    "basket": Note(
        equation="train | 80 % of the targets' times | validation | 90 % | test; a set is a basket",
        source="Li, Jullien, Ariannezhad and de Rijke 2023, A next basket recommendation reality"
        " check",
        use="Where people buy several things at once: the lines of a basket have no order, and the"
        " order in which a log lists them can give them away. A basket that lies in two parts is"
        " left out.",
    ),
    "horizon": Note(
        equation="train | validation: `horizon_days` | test: the last `horizon_days`; a set is all"
        " that a buyer buys in a part",
        use="Where many are asked at one time, as for a weekly mail: every list is made at the"
        " cut.",
    ),
    "leave-one-out": Note(
        equation="of each buyer: …, validation, test",
        source="the usual protocol of published comparisons, as in Kang and McAuley 2018",
        use="Beside published figures. It leaks: training has events that are later than the test"
        " targets of other buyers.",
    ),
    "paper": Note(
        equation="buyers at random: 60 % training, 30 % validation, 10 % test; one target each",
        source="Silva, Cápiro and González",
        use="Beside the paper's figures. It leaks as leave-one-out does.",
    ),
}
MOMENTS = {
    "auto": Note(use="event where every event is predicted (basket where sets are), else session."),
    "event": Note(use="Just before the target: what is asked while somebody shops."),
    "session": Note(use="Before the target's session: what is asked when somebody comes in."),
    "basket": Note(use="Before the first target of its session, with the views before it."),
}
METRICS = {
    "hr": Note(
        equation="HR@k = share of targets whose rank ≤ k",
        use="How often the product that is bought stands in the first k. HR@1 is the accuracy. Of"
        " sets: how often any of their products does.",
    ),
    "ndcg": Note(
        equation="NDCG@k = mean of 1 / log_2(rank + 1) where rank ≤ k, else 0",
        source="Järvelin and Kekäläinen 2002",
        use="As HR, with more for a higher rank. Early stopping goes by NDCG@10 on validation. Of"
        " sets: the sum over their products, divided by that of the best ranking.",
    ),
    "recall": Note(
        equation="recall@k = mean over sets of the share of the set that is in the first k",
        use="How much of what is bought is listed. Only where sets are predicted.",
    ),
    "precision": Note(
        equation="precision@k = mean over sets of the share of the first k that is in the set",
        use="How much of what is listed is bought. Only where sets are predicted.",
    ),
    "map": Note(
        equation="MAP@k = mean over sets of the mean, over their products, of the precision at each"
        " one's rank ≤ k, else 0",
        source="trec_eval, map_cut",
        use="As recall, with more for a higher rank. Only where sets are predicted.",
    ),
    "mrr": Note(
        equation="MRR@k = mean of 1 / rank where rank ≤ k, else 0",
        use="As NDCG, but the first places count more.",
    ),
    "value": Note(
        equation="value@k = money of the targets whose rank ≤ k / money of all; money ="
        " price × units",
        use="How much of what people spend next is listed, where HR@k counts a cheap product as"
        " much as a dear one. Targets without a price do not count, cold ones are missed; the"
        " interval is that of HR@k, each purchase weighted by its money.",
    ),
    "coverage": Note(
        equation="share of the catalogue that stands in at least one list of ten",
        use="Low where everybody gets the same best sellers.",
    ),
    "novelty": Note(
        equation="mean of −log_2(share of events) of the listed products",
        use="High where rare products are listed.",
    ),
    "diversity": Note(
        equation="share of the pairs of a list that are of different categories",
        use="Low where a list holds one kind of product.",
    ),
    "gini": Note(
        equation="Gini coefficient of how often each product is listed",
        use="0 where all products are listed alike, near 1 where a few take all places.",
    ),
    "same_list": Note(
        equation="share of the targets that get the most frequent list of ten",
        use="Near 1 where a model has collapsed into one list for everybody.",
    ),
    "loss": Note(
        equation="mean of −log p(target)",
        use="How good the probabilities are, not the ranks. Only models with probabilities have"
        " it.",
    ),
}
