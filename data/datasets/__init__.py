"""Datasets on disk: their manifests, tables, DuckDB views and cache."""
