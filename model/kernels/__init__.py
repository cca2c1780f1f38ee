"""Compiled loops over sparse matrices and rankings, shared by baselines and the blend."""
