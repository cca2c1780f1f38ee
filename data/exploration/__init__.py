"""Exploration of a dataset: statistics for charts, quality report, tables and CSV export."""
