"""Evaluation: ranking metrics, confidence intervals, segments and diagnostics."""
