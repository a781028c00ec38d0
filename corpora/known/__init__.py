"""Corpora that have a name: the catalogue, and how a text is found, fetched and verified."""
