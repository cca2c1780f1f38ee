"""Services of datasets: list, import, statistics, quality, preparation."""
