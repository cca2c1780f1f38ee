"""The documentation: complete, alive, and true to the code."""
