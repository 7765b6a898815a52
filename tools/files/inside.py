"""Opening files inside one folder and nowhere else, by walking from directory descriptor to directory descriptor.

A path is taken apart and every part is opened without following links; a symbolic link is read and its parts are walked
in its place, from the root of the folder when it is absolute and points back inside. So nothing that changes meanwhile
can lead outside, and FIFOs, devices and sockets are never opened for reading or writing.
"""

from __future__ import annotations

import os
import stat
from collections import deque

LINKS = 20


class Outside(Exception):
    """The path leads out of the folder, or to something that is no plain file; the text says which."""


def parts_of(root: str, path: str) -> deque:
    if "\0" in path or len(path) > 4096:
        raise Outside("the path is not valid")
    if path.startswith("/"):
        inside = os.path.normpath(path)
        if inside != root and not inside.startswith(root.rstrip("/") + "/"):
            raise Outside(f"the path is outside of {root}")
        path = path[len(root) :] if path.startswith(root) else os.path.relpath(inside, root)
    return deque(part for part in path.split("/") if part not in ("", "."))


def walk(root: str, path: str, make: bool = False) -> tuple:
    """Return a descriptor of the folder that holds the path's last part, and the name of that part.

    The name is empty when the path is the root itself. The caller closes the descriptor.

    Args:
        root: Absolute path of the folder.
        path: Path inside it.
        make: Create folders that are missing.
    """
    waiting, links = parts_of(root, path), 0
    folders = [os.open(root, os.O_RDONLY | os.O_DIRECTORY)]
    try:
        while waiting:
            part = waiting.popleft()
            if part == "..":
                if len(folders) == 1:
                    raise Outside(f"the path is outside of {root}")
                os.close(folders.pop())
                continue
            try:
                mode = os.stat(part, dir_fd=folders[-1], follow_symlinks=False).st_mode
            except FileNotFoundError:
                if not waiting:
                    return folders.pop(), part
                if not make:
                    raise
                os.mkdir(part, dir_fd=folders[-1])
                mode = stat.S_IFDIR
            if stat.S_ISLNK(mode):
                links += 1
                if links > LINKS:
                    raise Outside("there are too many symbolic links in the path")
                target = os.readlink(part, dir_fd=folders[-1])
                if target.startswith("/"):
                    waiting.extendleft(reversed(parts_of(root, target)))
                    while len(folders) > 1:
                        os.close(folders.pop())
                else:
                    waiting.extendleft(reversed([step for step in target.split("/") if step not in ("", ".")]))
            elif waiting:
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                folders.append(os.open(part, flags, dir_fd=folders[-1]))
            else:
                return folders.pop(), part
        return folders.pop(), ""
    finally:
        for descriptor in folders:
            os.close(descriptor)


def open_file(root: str, path: str, flags: int, make: bool = False) -> int:
    """Open a plain file inside the folder."""
    folder, name = walk(root, path, make)
    try:
        if not name:
            raise IsADirectoryError(path)
        safe = flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        except FileNotFoundError:
            mode = stat.S_IFREG
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(path)
        if not stat.S_ISREG(mode):
            raise Outside("this is no plain file")
        descriptor = os.open(name, safe, 0o644, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Outside("this is no plain file")
    return descriptor
