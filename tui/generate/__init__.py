"""Generate: a model writes, and shows its probabilities at every character."""
