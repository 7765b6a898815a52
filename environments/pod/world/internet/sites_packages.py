"""Archives of made-up packages, from data: equal data gives equal bytes."""

import base64
import gzip
import hashlib
import io
import json
import re
import tarfile
import zipfile

EPOCH = 1_704_067_200
"""Time of all files in source archives: 2024-01-01."""
NPM_EPOCH = 499_162_500
"""Time that npm itself gives files: 1985-10-26."""


def normal(name):
    """Return a Python package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def metadata(package):
    """Return the core metadata of a Python package."""
    fields = [
        ("Metadata-Version", "2.1"),
        ("Name", package["name"]),
        ("Version", package["version"]),
        ("Summary", package["summary"] or None),
        ("Author", package["author"] or None),
        ("Home-page", package["homepage"] or None),
        *(("Requires-Dist", each) for each in package["requires"]),
        ("Description-Content-Type", "text/markdown"),
    ]
    lines = [f"{name}: {' '.join(value.split())}" for name, value in fields if value]
    return "\n".join(lines) + f"\n\n{package['description']}\n"


def wheel(package):
    """Return file name and bytes of a Python package's wheel (PEP 427)."""
    stem = f"{normal(package['name']).replace('-', '_')}-{package['version']}"
    info = f"{stem}.dist-info"
    files = {path: text.encode() for path, text in package["files"].items()}
    files[f"{info}/METADATA"] = metadata(package).encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: bdist_wheel (0.38.4)\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    if package["scripts"]:
        lines = "".join(f"{name} = {where}\n" for name, where in package["scripts"].items())
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{lines}".encode()
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}\n"
        for path, data in files.items()
    )
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)
    return f"{stem}-py3-none-any.whl", raw.getvalue()


def sdist(package):
    """Return file name and bytes of a Python package's source distribution; setuptools builds it."""
    stem = f"{package['name']}-{package['version']}"
    files = dict(package["files"])
    files["PKG-INFO"] = metadata(package)
    if "setup.py" not in files and "pyproject.toml" not in files:
        modules = [path.removesuffix(".py") for path in files if path.endswith(".py") and "/" not in path]
        told = {
            "name": package["name"],
            "version": package["version"],
            "description": package["summary"],
            "author": package["author"],
            "install_requires": list(package["requires"]),
            "py_modules": modules,
            "entry_points": {"console_scripts": [f"{name}={where}" for name, where in package["scripts"].items()]},
        }
        arguments = "".join(f"    {name}={value!r},\n" for name, value in told.items() if value)
        files["setup.py"] = (
            f"from setuptools import find_packages, setup\n\nsetup(\n{arguments}    packages=find_packages(),\n)\n"
        )
    return f"{stem}.tar.gz", tarball(files, stem, EPOCH)


def tarball(files, folder, when):
    """Return a gzipped tar archive of files by path below one folder."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, text in sorted(files.items()):
            data = text.encode()
            entry = tarfile.TarInfo(f"{folder}/{path}")
            entry.size, entry.mtime, entry.mode = len(data), when, 0o755 if data.startswith(b"#!") else 0o644
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(raw.getvalue(), mtime=0)


def manifest(package):
    """Return the package.json of an npm package: what its files say, filled up from the data."""
    try:
        own = json.loads(package["files"].get("package.json", "{}"))
    except ValueError:
        own = {}
    told = {
        "name": package["name"],
        "version": package["version"],
        "description": package["summary"],
        "author": package["author"],
        "homepage": package["homepage"],
        "main": "index.js",
        "scripts": package["scripts"],
        "dependencies": dict(package["requires"]),
        "license": "MIT",
    }
    return {**{name: value for name, value in told.items() if value}, **(own if isinstance(own, dict) else {})}


def npm_tarball(package):
    """Return manifest and archive of an npm package."""
    told = manifest(package)
    files = {**package["files"], "package.json": json.dumps(told, indent=2) + "\n"}
    if package["description"] and "README.md" not in files:
        files["README.md"] = package["description"]
    return told, tarball(files, "package", NPM_EPOCH)
