"""Classify: what a review is, and which of its words say so."""
