"""The blend: a weighted sum of the scores of a network and of baselines."""
