"""Texts as ids: decoding, normalisation, vocabularies and the cache of ids."""
