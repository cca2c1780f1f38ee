"""Datasets: import, list, explore, prepare, rename and delete them."""
