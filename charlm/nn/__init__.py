"""Layers that every job shares: recurrent layers and their state, and dropout."""
