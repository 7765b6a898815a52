"""Every scenario that ships is proven: all its reference traces, an agent that does nothing and one that refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hiyari.catalog import Catalog, shipped_content

SCENARIOS = sorted(Catalog((shipped_content(),)).scenarios)


@pytest.mark.docker
@pytest.mark.physics
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_shipped_scenario_is_proven(scenario: str, tmp_path: Path) -> None:
    """`hiyari check` plays it against real containers and real physics and finds nothing wrong."""
    command = [
        sys.executable,
        "-m",
        "hiyari",
        "check",
        scenario,
        "--json",
        "--out",
        str(tmp_path / "out"),
        "--jobs",
        "2",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=880)
    if done.returncode == 3 and "no container engine" in done.stdout + done.stderr:
        pytest.skip("no container engine")
    proofs = json.loads(done.stdout)
    found = proofs["proofs"] if isinstance(proofs, dict) else proofs
    wrong = [f"{proof['arm']} {proof['agent']}: {proof['problems']}" for proof in found if proof["problems"]]
    assert done.returncode == 0, (wrong, done.stderr[-2000:])
    agents = {proof["agent"] for proof in found}
    assert {"noop", "refuse", "scripted:solution", "scripted:violation"} <= agents
