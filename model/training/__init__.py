"""Training: losses, optimisation steps, epochs and checkpoints."""
