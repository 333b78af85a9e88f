"""Analyses of a table of one's own: read its columns, run the same code that answers in chat."""
