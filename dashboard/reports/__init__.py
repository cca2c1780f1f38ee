"""Reports: a dataset, a run, a comparison or a model in service as one static HTML file."""
