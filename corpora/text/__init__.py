"""Any text into ids: decoding, normalising, vocabularies, and the cache of ids."""
