from pathlib import Path

import pytest
import yaml

ROBOTS = Path(__file__).parents[2] / "robots"


@pytest.fixture
def scene_folder(tmp_path):
    """Write a changed copy of the cell's scene.yaml and return its folder."""

    def write(change=None, name="cell"):
        folder = tmp_path / "scenes" / name
        folder.mkdir(parents=True, exist_ok=True)
        data = yaml.safe_load((ROBOTS / "scenes/cell/scene.yaml").read_text(encoding="utf-8"))
        if change is not None:
            change(data)
        (folder / "scene.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        (folder / "tray.urdf").write_bytes((ROBOTS / "scenes/cell/tray.urdf").read_bytes())
        return folder

    return write
