"""Drawings in the terminal and as PNG: panels of lines, heat maps, coloured words."""
