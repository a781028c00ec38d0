"""Units that follow something in a text: features, scores, what holding a unit does."""
