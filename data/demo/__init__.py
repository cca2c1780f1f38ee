"""The demo shop: a generator of synthetic purchase logs with known purchase probabilities."""
