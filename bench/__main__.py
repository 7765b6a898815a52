"""Run the benchmarks and print their figures as one table."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from . import Row

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main(arguments: list[str]) -> int:
    """Run the named benchmark modules, or all of them."""
    as_json = "--json" in arguments
    wanted = [name for name in arguments if not name.startswith("-")] or MODULES
    console = Console(stderr=as_json)
    rows: list[Row] = []
    for name in wanted:
        if name not in MODULES:
            console.print(f"there is no benchmark {name!r}; known: {', '.join(MODULES)}")
            return 2
        console.print(f"measuring {name} ...")
        rows += importlib.import_module(f"bench.{name}").rows()
    if as_json:
        print(json.dumps([{**asdict(row), "ratio": row.ratio} for row in rows], indent=1))
        return 0
    table = Table("what", "measured", "baseline", "ratio", "aim", title="hiyari benchmarks")
    for row in rows:
        baseline = f"{row.baseline:.4g} {row.unit} ({row.against})" if row.baseline is not None else ""
        ratio = f"{row.ratio:.3g}" if row.ratio is not None else ""
        table.add_row(row.name, f"{row.value:.4g} {row.unit}", baseline, ratio, row.aim)
    console.print(table)
    return 0


sys.exit(main(sys.argv[1:]))
