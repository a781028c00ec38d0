"""Texts to train on: a catalogue of corpora, downloads, normalised text and symbol ids.

This module imports nothing, so a command loads only the modules that it uses.
"""
