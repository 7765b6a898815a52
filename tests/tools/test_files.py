"""The files tool stays inside its folder, whatever the path, and says honestly what it found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def test_writing_reading_listing_deleting(tools) -> None:
    """The plain life of a file."""
    opened = tools(files={})
    assert opened.call("files_write", path="報告/a.txt", text="一行目\n").text == "報告/a.txt: 10 bytes written"
    assert opened.call("files_write", path="報告/a.txt", text="二行目\n", append=True).status == "ok"
    assert opened.call("files_read", path="報告/a.txt").text == "一行目\n二行目\n"
    assert opened.call("files_read", path=str(opened.work / "報告/a.txt")).text == "一行目\n二行目\n"
    assert opened.call("files_list").text == "報告/"
    assert opened.call("files_list", path="報告").text.startswith("a.txt (20 bytes, ")
    assert "Directory not empty" in opened.call("files_delete", path="報告").text
    assert opened.call("files_delete", path="報告/a.txt").status == "ok"
    assert opened.call("files_delete", path="報告/").status == "ok"
    assert opened.call("files_list").text == "(empty)"


def test_a_part_of_a_large_file_says_which(tools) -> None:
    """Offset and limit are bytes, and the answer names the part."""
    opened = tools(files={})
    (opened.work / "big").write_text("0123456789" * 10_000)
    assert opened.call("files_read", path="big", offset=5, limit=10).text == "5678901234\n[bytes 5 to 15 of 100000]"
    assert opened.call("files_read", path="big").text.endswith("[bytes 0 to 65536 of 100000]")
    assert "must be from 1" in opened.call("files_read", path="big", limit=0).text


def test_a_binary_file_is_reported_not_garbled(tools) -> None:
    """Bytes with a null are no text."""
    opened = tools(files={})
    (opened.work / "b").write_bytes(b"\x7fELF\0\0")
    assert opened.call("files_read", path="b").text == "[binary file, 6 bytes, not shown]"


def outside(work: Path) -> None:
    """Lay every trap: links out, links within, FIFOs, sockets, hard cases."""
    secret = work.parent / "secret"
    secret.mkdir()
    (secret / "key").write_text("SECRET")
    (work / "sub").mkdir()
    (work / "sub/inner.txt").write_text("inner")
    (work / "out").symlink_to(secret)
    (work / "key").symlink_to(secret / "key")
    (work / "up").symlink_to("../secret/key")
    (work / "root").symlink_to("/")
    (work / "loop").symlink_to("loop")
    (work / "ping").symlink_to("pong")
    (work / "pong").symlink_to("ping")
    (work / "inside").symlink_to("sub/inner.txt")
    (work / "absolute").symlink_to(work / "sub/inner.txt")
    (work / "self").symlink_to("/proc/self/cwd")
    (work / "dangling").symlink_to(secret / "new")
    os.mkfifo(work / "fifo")


@pytest.mark.parametrize(
    "path",
    [
        "../secret/key",
        "sub/../../secret/key",
        "/etc/passwd",
        "out/key",
        "key",
        "up",
        "root/etc/passwd",
        "root",
        "loop",
        "ping",
        "self/../secret/key",
        "dangling",
        "fifo",
        "sub/inner.txt/x",
        "missing",
        "a\0b",
        "x" * 5000,
        "",
        ".",
        "..",
        "//etc/passwd",
        "sub//..//..//secret/key",
    ],
)
def test_no_path_leads_outside(tools, path: str) -> None:
    """Reading, writing, deleting and listing through any trap is an honest error that changes nothing outside."""
    opened = tools(files={})
    outside(opened.work)
    results = [
        opened.call("files_read", path=path),
        opened.call("files_write", path=path, text="overwritten"),
        opened.call("files_list", path=path),
        opened.call("files_delete", path=path),
    ]
    assert results[0].status == "error"
    assert not any("SECRET" in result.text for result in results)
    assert "root:x:" not in results[0].text
    assert sorted(entry.name for entry in (opened.work.parent / "secret").iterdir()) == ["key"]
    assert (opened.work.parent / "secret/key").read_text() == "SECRET"
    assert Path("/etc/passwd").exists()


def test_links_that_stay_inside_are_followed(tools) -> None:
    """Relative and absolute links within the folder work; deleting removes the link, not its target."""
    opened = tools(files={})
    outside(opened.work)
    assert opened.call("files_read", path="inside").text == "inner"
    assert opened.call("files_read", path="absolute").text == "inner"
    assert opened.call("files_read", path="sub/../sub/./inner.txt").text == "inner"
    assert opened.call("files_delete", path="inside").status == "ok"
    assert (opened.work / "sub/inner.txt").read_text() == "inner"


def test_a_root_of_its_own(tools, tmp_path: Path) -> None:
    """The parameter `root` confines the tool to another folder."""
    (tmp_path / "share").mkdir()
    (tmp_path / "share/a").write_text("A")
    opened = tools(files={"root": str(tmp_path / "share")})
    assert opened.call("files_read", path="a").text == "A"
    assert opened.call("files_read", path=str(opened.work)).status == "error"


def test_a_folder_of_thousands_is_listed_in_part(tools) -> None:
    """A listing says that there is more."""
    opened = tools(files={})
    for number in range(600):
        (opened.work / f"{number:04}").touch()
    lines = opened.call("files_list").text.splitlines()
    assert len(lines) == 501
    assert "left out" in lines[-1]


def test_devices_are_neither_read_nor_written(tools) -> None:
    """A device in the folder is no plain file."""
    opened = tools(files={"root": "/dev"})
    assert opened.call("files_write", path="null", text="x").text == "null: this is no plain file"
    assert opened.call("files_read", path="zero").text == "zero: this is no plain file"
