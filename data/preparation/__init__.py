"""Preparation of a dataset for training: filters, sequences of codes, and splits."""
