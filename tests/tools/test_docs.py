"""The example in docs/tools.md works as it is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from hiyari.catalog import Catalog

PAGE = Path(__file__).parents[2] / "docs" / "tools.md"


def test_the_example_tool_of_the_page_runs(tmp_path: Path) -> None:
    """Its folder is content of a project, its server rolls, and the short program to try it prints that."""
    text = PAGE.read_text()
    _, manifest = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    server, program = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    folder = tmp_path / "tools" / "dice"
    folder.mkdir(parents=True)
    (folder / "tool.yaml").write_text(manifest)
    (folder / "server.py").write_text(server)
    (tmp_path / "try.py").write_text(program)
    assert Catalog.open(tmp_path).tool("dice").value.seconds == 0.5
    command = [sys.executable, str(tmp_path / "try.py"), str(folder / "server.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    started, rolled = done.stdout.splitlines()
    assert "tools=('dice_roll',)" in started
    assert rolled == "20 9 18"
