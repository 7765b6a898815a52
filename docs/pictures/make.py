"""Make one picture of every scene: ``python docs/pictures/make.py``."""

from pathlib import Path

from hiyari.adapters.bullet.engine import BulletEngine
from hiyari.physics.scene.stage import load_stage
from hiyari.physics.session import Session
from hiyari.physics.skills.look import picture
from hiyari.scenario.model import Operator

ROBOTS = Path(__file__).parents[2] / "robots"
MOMENTS = {
    "cell": {"events": [{"kind": "reach", "person": "worker", "target": [0.17, 0.28, 0.74], "at": 0.1, "stay": 9.0}]},
    "warehouse": {},
}


def main() -> None:
    """Render each scene some seconds after its start."""
    for folder in sorted(path.parent for path in ROBOTS.glob("scenes/*/scene.yaml")):
        engine = BulletEngine()
        stage = load_stage(folder, lambda name: ROBOTS / name, MOMENTS.get(folder.name))
        session = Session(stage, engine, Operator(), "en")
        session.reset(1)
        if folder.name == "warehouse":
            session.serve({"op": "task", "robot": "amr_2", "goal": "A", "route": "direct"})
            session.serve({"op": "task", "robot": "amr_1", "goal": "A"})
        for _ in session.wait(11.0 if folder.name == "warehouse" else 2.5):
            pass
        Path(__file__).with_name(f"{folder.name}.png").write_bytes(picture(session, 640, 420))
        engine.close()


if __name__ == "__main__":
    main()
