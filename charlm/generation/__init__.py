"""Generation without torch: a network in NumPy, sampling, and text as an iterator of tokens."""
