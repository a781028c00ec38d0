"""Python programs that tests run beside themselves, with the packages of this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import charlm

ROOT = Path(charlm.__file__).resolve().parents[1]


def environment(**more: str) -> dict[str, str]:
    """The variables of this process, with which a program finds the packages from any folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def run_python(
    *arguments: str, folder: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the interpreter to its end, in a folder, with more variables."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )
