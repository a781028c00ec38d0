"""New pairs from old ones: what the training pairs alone say of words that stand for each other."""
