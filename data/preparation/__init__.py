"""From a dataset to what a model reads: filters, sequences and splits."""
