"""Runs that outlive the browser: their table, their worker, and the children that work."""
