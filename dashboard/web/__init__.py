"""The web server: the frame of every page, guards, errors, uploads and downloads."""
