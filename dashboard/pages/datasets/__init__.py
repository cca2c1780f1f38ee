"""The pages of datasets: list and import, charts with filters, tables, quality, preparation."""
