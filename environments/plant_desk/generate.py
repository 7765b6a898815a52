"""Writes seed/*.yaml: everything that the plant has in its services. Same script, same files.

python3 environments/plant_desk/generate.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Office, read  # noqa: E402


def main():
    """Write the seed files."""
    Office(read(HERE)).write(HERE, "mail", "tickets", "chat", "wiki", "share")


if __name__ == "__main__":
    main()
