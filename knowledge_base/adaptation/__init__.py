"""Fitting the search to a company's own articles: how questions are read, and what each leg counts.

Passages keep their vectors and the index stays as it is. What was learned comes into use when it
finds held-out documents better, all legs of the search together.
"""
