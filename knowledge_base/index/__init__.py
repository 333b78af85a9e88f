"""The index: lexical, dense and exact legs, their fusion, and snapshots of them on disk."""
