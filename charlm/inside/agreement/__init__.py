"""Whether a model remembers what a later word depends on: minimal pairs over a distance."""
