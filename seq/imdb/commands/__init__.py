"""The commands of `charlm imdb`."""
