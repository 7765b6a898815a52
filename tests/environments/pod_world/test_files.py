"""The manifest of the work volume, and single files of it."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

pytestmark = pytest.mark.docker


def test_the_manifest_has_every_entry_and_follows_no_link(world: Any, client: Any) -> None:
    """Files with their hashes, also unreadable ones; folders; links by their target; devices as nothing."""
    client.run("""
os.makedirs("/work/m/deep/er", exist_ok=True)
open("/work/m/a.txt", "w").write("hello")
open("/work/m/deep/er/secret", "w").write("x"); os.chmod("/work/m/deep/er/secret", 0); os.chmod("/work/m/deep", 0o300)
os.symlink("/etc/shadow", "/work/m/link"); os.symlink("/", "/work/m/root"); os.mkfifo("/work/m/pipe")
open(b"/work/m/\\xff\\n", "w").close()
""")
    found = {path: entry for path, entry in world.op("files")["files"].items() if path.startswith("m/")}
    assert found["m/a.txt"] == {"size": 5, "sha256": hashlib.sha256(b"hello").hexdigest(), "kind": "file"}
    assert found["m/deep/er/secret"]["sha256"] == hashlib.sha256(b"x").hexdigest()
    assert found["m/link"] == {"size": 11, "sha256": hashlib.sha256(b"/etc/shadow").hexdigest(), "kind": "link"}
    assert found["m/root"]["kind"] == "link" and found["m/pipe"]["kind"] == "other" and found["m/deep"]["kind"] == "dir"
    assert "m/\\xff\n" in found and not any(path.startswith("m/root/") for path in found)


def test_a_changed_file_changes_its_hash(world: Any, client: Any) -> None:
    """Rewritten at once with the same size, a file has a new hash."""
    hashes = set()
    for text in ("aaaa", "bbbb", "cccc"):
        client.run(f'open("/work/same", "w").write("{text}")')
        hashes.add(world.op("files")["files"]["same"]["sha256"])
    assert len(hashes) == 3


def test_reading_one_file(world: Any, client: Any) -> None:
    """Bytes up to a limit and the size; links, folders, devices and ways out are refused."""
    client.run('open("/work/read.bin", "wb").write(bytes(range(256)) * 8)')
    client.run(
        'os.symlink("read.bin", "/work/read.link"); os.symlink("/etc", "/work/out"); os.mkfifo("/work/read.pipe")'
    )
    reply = world.op("read", path="read.bin", limit=10)
    assert base64.b64decode(reply["data"]) == bytes(range(10)) and reply["size"] == 2048
    for path in ("read.link", "out/passwd", "../etc/passwd", "/etc/passwd", "m", "read.pipe", "", "none"):
        with pytest.raises(LookupError):
            world.op("read", path=path, limit=10)


def test_a_great_many_files_are_counted_beyond_the_cap(world: Any, client: Any) -> None:
    """Of more than 20,000 entries the rest is counted; a chain of folders ends at the depth limit."""
    client.run("""
os.makedirs("/work/many", exist_ok=True)
for number in range(20_500): open(f"/work/many/{number}", "w").close()
os.makedirs("/work/chain/" + "/".join(["d"] * 100))
""")
    reply = world.op("files")
    assert len(reply["files"]) == 20_000 and reply["omitted"] >= 500
    client.run('import shutil; shutil.rmtree("/work/many"); result = None')
    reply = world.op("files")
    assert reply["omitted"] == 1 and len([path for path in reply["files"] if path.startswith("chain/")]) >= 60
