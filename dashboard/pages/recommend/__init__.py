"""The parts of the recommendation page."""
