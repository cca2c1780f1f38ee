"""Runs: configure, start, control, monitor and compare them."""
