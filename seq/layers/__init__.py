"""Layers for batches of sequences. They serve every job."""
