"""Ranking metrics (hit rate, NDCG, MRR and others), bootstrap intervals and target segments."""
