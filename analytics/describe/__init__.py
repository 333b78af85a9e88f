"""Findings in words: numbers, dates, charts and the sentences of an answer."""
