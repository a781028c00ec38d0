"""Load torch in a thread, without stopping the app meanwhile.

Python loads a library while it holds its lock, and the largest one of torch takes more than half a
second: for so long no key would be handled. A call through ctypes gives the lock back. Once that
library is loaded, the import finds it there.
"""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from tui.collecting import spared_by_collector

LIBRARIES = ("libc10", "libtorch_cpu")
"""Libraries of torch to load, each after those that it needs."""
SUFFIXES = {"linux": ".so", "darwin": ".dylib"}
"""How their names end, by platform. Elsewhere torch is imported as usual."""


def load_torch() -> None:
    """Import torch. Call it in a thread, before the first import of what uses torch."""
    if "torch" in sys.modules:
        return
    with spared_by_collector():
        for path in list_libraries():
            _load(path)
        import torch  # noqa: F401


def list_libraries() -> list[Path]:
    """Return the paths of the libraries that are worth loading beforehand."""
    suffix, found = SUFFIXES.get(sys.platform), find_spec("torch")
    if suffix is None or found is None or found.origin is None:
        return []
    folder = Path(found.origin).parent / "lib"
    paths = [folder / f"{name}{suffix}" for name in LIBRARIES]
    return [path for path in paths if path.exists()]


def _load(path: Path) -> None:
    """Load a library. If that fails, the import says why."""
    open_library = ctypes.CDLL(None).dlopen
    open_library.restype = ctypes.c_void_p
    open_library.argtypes = [ctypes.c_char_p, ctypes.c_int]
    open_library(os.fsencode(path), os.RTLD_LAZY | os.RTLD_GLOBAL)
