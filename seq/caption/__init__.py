"""Pictures into words, with attention to where each word looks."""
