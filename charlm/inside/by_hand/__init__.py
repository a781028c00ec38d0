"""One cell worked out by hand, and the shapes of all tensors."""
