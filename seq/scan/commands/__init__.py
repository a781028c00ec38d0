"""The commands of `charlm scan`."""
