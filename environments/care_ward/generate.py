"""Writes seed/*.yaml but devices.yaml: everything that the ward has in its services. Same script, same files.

python3 environments/care_ward/generate.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Office, read  # noqa: E402


def main():
    """Write the seed files."""
    Office(read(HERE)).write(HERE, "mail", "calendar", "tickets", "chat", "wiki")


if __name__ == "__main__":
    main()
