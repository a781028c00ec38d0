"""The sequence models: a review classifier and a command translator."""
