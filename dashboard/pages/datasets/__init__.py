"""The parts that the data pages are made of: importing, filtering, and the charts of a dataset."""
