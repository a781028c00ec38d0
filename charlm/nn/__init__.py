"""Layers that all kinds of models share: recurrent layers with their state, and dropout."""
