"""Texts with classes: tables and folders of a user's own, and the movie reviews of Maas et al."""
