"""The symbol that fills sequences up to one length."""

from __future__ import annotations

PAD = 0
"""Id of the padding, in every vocabulary of this package."""
