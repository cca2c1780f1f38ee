"""What networks and baselines read: features, histories, windows, and the split of a dataset."""
