"""One module per kind of analysis, in the order in which they are tried."""
