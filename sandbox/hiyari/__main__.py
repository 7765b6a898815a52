"""``python -m hiyari``."""

from __future__ import annotations

import sys

from hiyari.cli import main

if __name__ == "__main__":
    sys.exit(main())
