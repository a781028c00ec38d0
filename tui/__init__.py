"""The terminal app."""

from __future__ import annotations

import sys

if sys.argv[:1] == ["-m"]:  # `python -m` starts a program of ours: see charlm/shadows.py
    import runpy
    from pathlib import Path

    _check = Path(__file__).resolve().parents[1] / "charlm" / "shadows.py"
    runpy.run_path(str(_check), run_name="__main__")
