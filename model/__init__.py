"""What is learned: run configuration, networks, baselines, training, evaluation and prediction."""
