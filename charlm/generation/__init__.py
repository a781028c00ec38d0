"""Writing without torch: the cells in NumPy, sampling, and generation as an iterator."""
