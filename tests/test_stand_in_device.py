"""Every job on a device that is not the CPU: runs the checks of `stand_in_device_checks.py`."""

from __future__ import annotations

import os
from pathlib import Path

import forked_programs
import pytest
from torch.utils import backend_registration

pytestmark = pytest.mark.long

CHECKS = Path(__file__).with_name("stand_in_device_checks.py")

if not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"):
    pytest.skip("torch opens its devices to Python from 2.10 on", allow_module_level=True)


def test_every_job_runs_on_a_device_that_is_not_the_cpu(tmp_path: Path) -> None:
    """In a process of its own: torch takes no new device after the first backward pass."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    base = f"--basetemp={tmp_path / 'checks'}"
    loaded = "-Wignore::pytest.PytestAssertRewriteWarning"  # plugins of it may have been
    code, out, err = forked_programs.run(
        *("-m", "pytest", "-n", "0", "-p", "no:cacheprovider", loaded, base, CHECKS),
        cwd=CHECKS.parents[1],
        env=own,
    )
    assert code == 0, out[-10_000:] + err[-2000:]
    assert "passed" in out
