"""Generate: a model writes, and shows what it thinks of every character."""
