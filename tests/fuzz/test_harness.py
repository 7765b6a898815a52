"""What containers send is parsed whatever it is: a little of what ``make fuzz`` does at length."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("target", ["frames", "lines", "mux", "control", "attach"])
def test_no_bytes_break_the_parsers_of_the_harness(target: str, tmp_path: Path) -> None:
    """Three hundred inputs, known ones changed from a fixed seed, leave each parser's promises true."""
    command = [sys.executable, "-m", "tests.fuzz", target, "--plain", "--inputs", "300"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "300 inputs" in done.stdout
