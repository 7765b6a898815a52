"""Reads material.yaml and writes seed files."""

import json

import yaml


def read(folder):
    """Return the material of an environment."""
    return yaml.load((folder / "material.yaml").read_text(), Loader=yaml.CSafeLoader)


def write(folder, name, data):
    """Write ``seed/<name>.yaml``, one entry a line; JSON is YAML too."""
    lines = ["# Written by ../generate.py; change it there."]
    for key, value in data.items():
        if isinstance(value, list):
            lines += [f"{key}:", *(f"  - {json.dumps(entry, ensure_ascii=False)}" for entry in value)]
        else:
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    (folder / "seed").mkdir(exist_ok=True)
    (folder / "seed" / f"{name}.yaml").write_text("\n".join(lines) + "\n")
