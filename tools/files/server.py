"""The files tool: list, read, write and delete inside the working directory and nowhere else."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from inside import Outside, open_file, walk
from mcp_stdio import Call, Tool, ToolError, prop, serve

ENTRIES = 500
READ_LIMIT = 256 * 1024
DEFAULT_READ = 64 * 1024
WRITE_LIMIT = 4 << 20


def honest(act: Callable) -> Callable:
    """Turn what the system says into a sentence the agent can use."""

    @wraps(act)
    def wrapped(self: Files, call: Call, path: str = ".", **more: Any) -> str:
        try:
            return act(self, path, **more)
        except FileNotFoundError:
            raise ToolError(f"{path}: there is no such file or folder") from None
        except IsADirectoryError:
            raise ToolError(f"{path}: this is a folder") from None
        except NotADirectoryError:
            raise ToolError(f"{path}: a part of the path is no folder") from None
        except (Outside, OSError) as error:
            raise ToolError(f"{path}: {getattr(error, 'strerror', None) or error}") from None

    return wrapped


class Files:
    """The four tools over one root."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)

    @honest
    def list(self, path: str) -> str:
        folder, name = walk(self.root, path)
        try:
            if name:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            with os.scandir(folder) as entries:
                found = sorted((entry for _, entry in zip(range(ENTRIES * 4), entries)), key=lambda entry: entry.name)
            lines = [self._line(entry) for entry in found[:ENTRIES]]
        finally:
            os.close(folder)
        if len(found) > ENTRIES:
            lines.append(f"[more than {ENTRIES} entries; the rest is left out]")
        return "\n".join(lines) or "(empty)"

    @staticmethod
    def _line(entry: os.DirEntry) -> str:
        name = entry.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        status = entry.stat(follow_symlinks=False)
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(status.st_mtime))
        if stat.S_ISDIR(status.st_mode):
            return f"{name}/"
        if stat.S_ISLNK(status.st_mode):
            return f"{name} (link)"
        return f"{name} ({status.st_size} bytes, {when})"

    @honest
    def read(self, path: str, offset: int = 0, limit: int = DEFAULT_READ) -> str:
        descriptor = open_file(self.root, path, os.O_RDONLY)
        with open(descriptor, "rb") as file:
            size = os.fstat(descriptor).st_size
            file.seek(offset)
            data = file.read(limit)
        if b"\0" in data[:8192]:
            return f"[binary file, {size} bytes, not shown]"
        # A cut may fall into a character; up to three bytes at either end belong to one that is not shown.
        text = data.decode("utf-8", "replace")
        if offset > 0 or offset + len(data) < size:
            text += f"\n[bytes {offset} to {offset + len(data)} of {size}]"
        return text

    @honest
    def write(self, path: str, text: str, append: bool = False) -> str:
        data = text.encode("utf-8", "replace")
        if len(data) > WRITE_LIMIT:
            raise ToolError(f"{path}: {len(data)} bytes are more than the {WRITE_LIMIT} a call may write")
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
        with open(open_file(self.root, path, flags, make=True), "wb") as file:
            file.write(data)
        return f"{path}: {len(data)} bytes {'appended' if append else 'written'}"

    @honest
    def delete(self, path: str) -> str:
        folder, name = self._entry(path)
        try:
            if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                os.rmdir(name, dir_fd=folder)
            else:
                os.unlink(name, dir_fd=folder)
        finally:
            os.close(folder)
        return f"{path}: deleted"

    def _entry(self, path: str) -> tuple:
        """Return the folder and name of what is to be deleted: of a link the link itself."""
        head, _, name = path.rstrip("/").rpartition("/")
        if name in ("", ".", ".."):
            raise Outside("this cannot be deleted")
        folder, inner = walk(self.root, head or ("/" if path.startswith("/") else "."))
        if not inner:
            return folder, name
        try:
            return os.open(inner, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder), name
        finally:
            os.close(folder)


def build(parameters: dict, language: str) -> list:
    files = Files(parameters.get("root") or str(Path.cwd()))
    path = prop("string", f"Path, relative to {files.root}.", f"{files.root} からの相対パス。")
    return [
        Tool(
            "files_list",
            {"en": "List a folder.", "ja": "フォルダの中身を一覧する。"},
            {"path": path},
            files.list,
        ),
        Tool(
            "files_read",
            {"en": "Read a text file.", "ja": "テキストファイルを読む。"},
            {
                "path": path,
                "offset": prop("integer", "First byte to read.", "読み始めるバイト位置。", minimum=0),
                "limit": prop("integer", "Most bytes to read.", "読む最大バイト数。", minimum=1, maximum=READ_LIMIT),
            },
            files.read,
            ["path"],
        ),
        Tool(
            "files_write",
            {
                "en": "Write a text file; folders on the way are created.",
                "ja": "テキストファイルを書く。途中のフォルダは作られる。",
            },
            {
                "path": path,
                "text": prop("string", "What to write.", "書き込む内容。"),
                "append": prop("boolean", "Append instead of replacing.", "置き換えずに追記する。"),
            },
            files.write,
            ["path", "text"],
        ),
        Tool(
            "files_delete",
            {"en": "Delete a file or an empty folder.", "ja": "ファイルまたは空のフォルダを削除する。"},
            {"path": path},
            files.delete,
            ["path"],
        ),
    ]


def main() -> None:
    serve("files", build)


if __name__ == "__main__":
    main()
