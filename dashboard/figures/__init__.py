"""Figures: pure functions from data to a chart and the sentence that it says."""
