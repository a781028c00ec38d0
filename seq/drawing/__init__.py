"""Curves, maps and coloured words, in the terminal and as PNG. Knows no job."""
