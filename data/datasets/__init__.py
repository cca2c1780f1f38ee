"""Datasets on disk: manifests, tables, and the database that reads them."""
