"""Import of purchase logs: detection of formats, mapping of columns, parsing and rejects."""
