"""The texts: a catalogue of corpora, how they are fetched and normalised, and how they become ids.

Nothing is imported here, so that a command pays only for the modules it uses.
"""
