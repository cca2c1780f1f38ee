"""Rules of a placement: what a list may hold, and what is moved up in it."""
