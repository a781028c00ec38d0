"""Layers over batches of sequences. Know no job."""
