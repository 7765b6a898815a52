"""Writes seed/*.yaml: everything that the cooperative has in its services. Same script, same files.

python3 environments/farm_cooperative/generate.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Office, read, write  # noqa: E402


def main():
    """Write the seed files."""
    office = Office(read(HERE))
    for service in ("mail", "tickets", "chat", "wiki", "share"):
        write(HERE, service, getattr(office, service)())


if __name__ == "__main__":
    main()
