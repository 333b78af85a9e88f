"""Benchmarks: each compares with a peer or a baseline in the same run and reports ratios."""
