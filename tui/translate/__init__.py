"""Translate: the actions of a command, and what each looks back at."""
