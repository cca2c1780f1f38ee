"""Files in: detect how a file is written, map its columns, read its rows, count its rejects."""
