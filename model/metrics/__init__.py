"""Metrics of a ranking: hit rate, NDCG, MRR and others, with intervals and by segment."""
