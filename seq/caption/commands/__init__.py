"""The commands of `charlm caption`, one module each."""
