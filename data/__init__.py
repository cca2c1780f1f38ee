"""Purchase logs: what an event is, files in, datasets on disk, statistics, sequences and splits."""
