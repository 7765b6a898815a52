"""Make the pictures of the gallery: ``python docs/pictures/make.py [NAME...]``, all of them when none is named."""

import sys
from pathlib import Path

from PIL import Image

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage
from hiyari.pictures.sizes import Size
from hiyari.pictures.stills import Wanted, people_still, png, robot_still, scene_still

HERE = Path(__file__).parent
ROBOTS = HERE.parents[1] / "robots"
SCENE, ROBOT, CROWD = Size(640, 420), Size(360, 270), Size(760, 400)
SMALLEST, LARGEST = 1_000, 58_000
"""Bytes of a picture."""
PLACES = {
    "cell": {"events": [{"kind": "reach", "person": "worker", "target": [0.17, 0.28, 0.74], "at": 0.1, "stay": 9.0}]},
}
"""Changes to scenes for their pictures."""
REQUESTS = {
    "warehouse": (
        {"op": "task", "robot": "amr_2", "goal": "A", "route": "direct"},
        {"op": "task", "robot": "amr_1", "goal": "A"},
    ),
}
"""What robots are asked to do at the start."""
MOMENTS = {"warehouse": 11.0}
"""Seconds after the start, of others ``USUAL``."""
USUAL = 2.5
WITH_ZONES = ("warehouse",)


def pictures() -> dict[str, Path]:
    """Return the files of all pictures there must be, by name."""
    found = {"people": HERE / "people.png"}
    for file in sorted(ROBOTS.glob("scenes/*/scene.yaml")):
        found[file.parent.name] = HERE / "scenes" / f"{file.parent.name}.png"
    for file in sorted(ROBOTS.glob("*/robot.yaml")):
        found[file.parent.name] = HERE / "robots" / f"{file.parent.name}.png"
    return found


def drawn(name: str, kind: str) -> Image.Image:
    """Return a picture of a scene, a robot, or the people."""
    engine = BulletEngine()
    try:
        if kind == "scenes":
            stage = load_stage(ROBOTS / "scenes" / name, lambda robot: ROBOTS / robot, PLACES.get(name))
            wanted = Wanted(SCENE, at=MOMENTS.get(name, USUAL), zones=name in WITH_ZONES)
            return scene_still(engine, stage, wanted, REQUESTS.get(name, ()))
        if kind == "robots":
            return robot_still(engine, ROBOTS / name, Wanted(ROBOT))
        return people_still(engine, Wanted(CROWD, regions=True))
    finally:
        engine.close()


def small(image: Image.Image) -> bytes:
    """Return a PNG with as many colours as fit."""
    for colours in (255, 128, 64, 32, 16):
        made = png(image, colours)
        if len(made) <= LARGEST:
            return made
    raise ValueError(f"a picture of {image.size} takes {len(made)} bytes")


def main() -> int:
    """Make what is named, or all."""
    files = pictures()
    unknown = [name for name in sys.argv[1:] if name not in files]
    if unknown:
        print(f"there is no picture {', '.join(unknown)}; there are {', '.join(files)}", file=sys.stderr)
        return 2
    for name in sys.argv[1:] or files:
        file = files[name]
        file.write_bytes(small(drawn(name, file.parent.name)))
        print(f"{file.relative_to(HERE)}  {file.stat().st_size:,} B", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
