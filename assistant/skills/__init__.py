"""One module per route: what answers its questions."""
