"""Gradients on their way back through time: how they fade, are clipped and are cut off."""
