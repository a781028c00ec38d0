"""Texts with classes: the user's own tables and folders, and the reviews of Maas et al. (2011)."""
