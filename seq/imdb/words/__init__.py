"""Word language models, which classifiers can start from."""
