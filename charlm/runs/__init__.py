"""What is on disk: tensors, model files, run folders, and models by name. No torch."""
