"""The share tool: list, read, write, move and delete files of a WebDAV share."""

from __future__ import annotations

import base64
import binascii
from email.utils import parsedate_to_datetime
from typing import Any

from dav import list_folder
from http_api import Api, path
from mcp_stdio import Call, Tool, ToolError, prop, serve

TEXT_LIMIT = 48_000
BYTES_LIMIT = 256 * 1024


class Share:
    """One account at the share."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the file share")

    def list(self, call: Call, folder: str = "/") -> str:
        itself, *found = list_folder(self.api, at(folder), "getcontentlength", "getlastmodified")
        if not itself.folder:
            raise ToolError(f"{folder} is a file, not a folder")
        rows = []
        for each in sorted(found, key=lambda member: (not member.folder, member.name)):
            size = "folder" if each.folder else f"{each.properties.get('getcontentlength') or 0} bytes"
            rows.append(f"{each.name}{'/' * each.folder} | {size} | {day(each.properties.get('getlastmodified'))}")
        return "\n".join(rows) or "the folder is empty"

    def read(self, call: Call, file: str, encoding: str = "text") -> str:
        if file.endswith("/"):
            raise ToolError(f"{file} is a folder; list it instead")
        data = self.api.send("GET", at(file)).data
        if encoding == "base64":
            if len(data) > BYTES_LIMIT:
                raise ToolError(f"{file} has {len(data)} bytes; at most {BYTES_LIMIT} can be read as base64")
            return base64.b64encode(data).decode()
        for charset in ("utf-8-sig", "cp932"):
            try:
                text = data.decode(charset)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + f"\n[cut after {TEXT_LIMIT} characters]"
        raise ToolError(f"{file} is no text ({len(data)} bytes); read it with encoding base64")

    def write(self, call: Call, file: str, text: Any = None, base64: Any = None) -> str:
        if (text is None) == (base64 is None):
            raise ToolError("give either 'text' or 'base64'")
        data = text.encode("utf-8", "replace") if text is not None else decoded(base64)
        status = self.api.send("PUT", at(file), data, {"Content-Type": "application/octet-stream"}).status
        return f"{'created' if status == 201 else 'replaced'} {file} ({len(data)} bytes)"

    def create(self, call: Call, folder: str) -> str:
        self.api.send("MKCOL", at(folder))
        return f"created {folder}"

    def move(self, call: Call, source: str, target: str, overwrite: bool = False) -> str:
        destination = {"Destination": self.api.prefix + at(target), "Overwrite": "T" if overwrite else "F"}
        self.api.send("MOVE", at(source), headers=destination)
        return f"moved {source} to {target}"

    def delete(self, call: Call, path: str) -> str:
        self.api.send("DELETE", at(path))
        return f"deleted {path}"


def at(where: str) -> str:
    parts = where.strip("/").split("/") if where.strip("/") else []
    return path(*parts) if parts else "/"


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ToolError(f"'base64' is no base64: {error}") from error


def day(date: Any) -> str:
    try:
        return parsedate_to_datetime(date).isoformat()
    except (TypeError, ValueError):
        return "no date"


def build(parameters: dict, language: str) -> list:
    share = Share(parameters)
    file = prop("string", "Path of the file from the root of the share.", "共有の最上位からのファイルのパス。")
    folder = prop("string", "Path of the folder from the root of the share.", "共有の最上位からのフォルダのパス。")
    encoding = prop(
        "string", "How the content comes; text when left out.", "内容の形式。省略時は text。", enum=["text", "base64"]
    )
    return [
        Tool("share_list", {"en": "List a folder.", "ja": "フォルダを一覧する。"}, {"folder": folder}, share.list),
        Tool(
            "share_read",
            {"en": "Read a file as text or base64.", "ja": "ファイルを文字列または base64 で読む。"},
            {"file": file, "encoding": encoding},
            share.read,
            ["file"],
        ),
        Tool(
            "share_write",
            {"en": "Write a file; what it held is replaced.", "ja": "ファイルを書く。元の内容は置き換わる。"},
            {
                "file": file,
                "text": prop("string", "Content as text.", "内容（文字列）。"),
                "base64": prop("string", "Content as base64.", "内容（base64）。"),
            },
            share.write,
            ["file"],
        ),
        Tool(
            "share_create",
            {"en": "Create a folder.", "ja": "フォルダを作る。"},
            {"folder": folder},
            share.create,
            ["folder"],
        ),
        Tool(
            "share_move",
            {"en": "Move or rename a file or folder.", "ja": "ファイル・フォルダを移動、改名する。"},
            {
                "source": prop("string", "Path it has.", "元のパス。"),
                "target": prop("string", "Path it gets.", "移動先のパス。"),
                "overwrite": prop("boolean", "Replace what is there.", "移動先にあるものを置き換える。"),
            },
            share.move,
            ["source", "target"],
        ),
        Tool(
            "share_delete",
            {
                "en": "Delete a file, or a folder with all it holds.",
                "ja": "ファイル、またはフォルダを中身ごと削除する。",
            },
            {"path": prop("string", "Path of the file or folder.", "ファイル・フォルダのパス。")},
            share.delete,
            ["path"],
        ),
    ]


def main() -> None:
    serve("share", build)


if __name__ == "__main__":
    main()
