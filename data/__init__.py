"""Purchase logs: events, imports, datasets on disk, statistics, preparation and sequences."""
