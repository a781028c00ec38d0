"""Translate: the actions of a command, and the attention of each action to its words."""
