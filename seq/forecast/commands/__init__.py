"""The commands of `charlm forecast`, one module each."""
