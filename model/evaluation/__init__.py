"""Evaluation of networks and baselines on held-out targets, paired comparison and diagnostics."""
