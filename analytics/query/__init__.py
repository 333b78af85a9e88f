"""Metric queries: compiled, run on the warehouse, checked and described."""
