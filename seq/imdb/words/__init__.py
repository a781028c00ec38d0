"""Word models, which a classifier can start from."""
