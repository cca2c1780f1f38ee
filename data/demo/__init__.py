"""The demo shop: a simulator of a synthetic purchase log whose true probabilities are known."""
