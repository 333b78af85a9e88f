"""Where documents and tickets come from: one module per kind of source."""
