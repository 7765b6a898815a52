"""Writes seed/*.yaml: everything that 株式会社ひなた台ソフト has in its services. Same script, same files.

python3 environments/software_company/generate.py
"""

import sys
from datetime import timedelta
from pathlib import Path

import yaml

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from forge_seed import forge  # noqa: E402
from population import Office, read, write  # noqa: E402


def cloud(office):
    """Return the seed of the cloud provider, with the snapshots that are taken each night at three."""
    data = dict(office.material["cloud"])
    night = office.now.replace(hour=3, minute=0)
    volumes = []
    for volume in data["volumes"]:
        nights = [night - timedelta(days=back) for back in range(volume["snapshots"])]
        snapshots = [
            {"id": f"snap-{volume['id'][4:8]}-{each:%m%d}", "name": f"毎日 {each:%m-%d}", "created": each.isoformat()}
            for each in nights
        ]
        volumes.append({**volume, "snapshots": snapshots})
    return {**data, "volumes": volumes}


def main():
    """Write the seed files."""
    office = Office(read(HERE))
    repositories = yaml.load((HERE / "repositories.yaml").read_text(), Loader=yaml.CSafeLoader)
    office.write(HERE, "mail", "chat", "wiki")
    write(HERE, "forge", forge(office, repositories))
    write(HERE, "cloud", cloud(office))


if __name__ == "__main__":
    main()
