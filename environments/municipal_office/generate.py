"""Writes seed/*.yaml: everything that 若葉野市役所 has in its services. Same script, same files.

python3 environments/municipal_office/generate.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Office, read  # noqa: E402


def main():
    """Write the seed files."""
    Office(read(HERE)).write(HERE, "mail", "calendar", "tickets", "chat", "wiki", "share")


if __name__ == "__main__":
    main()
