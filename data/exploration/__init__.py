"""What a log holds: statistics, quality measures, and tables that page on the server."""
