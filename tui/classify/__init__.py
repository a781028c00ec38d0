"""Classify: the class of a text, and the words that speak for it."""
