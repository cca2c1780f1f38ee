"""Recommendations: rankings, explanations, what-if changes, error analysis and exports."""
