"""The pane that looks inside a model: its units, gates, layers and memory."""
