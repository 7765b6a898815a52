"""Every tool folder: its manifest fits, its server starts, and what it offers reads well in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolServer, ToolServers
from hiyari.adapters.mcp.process import ProcessStream
from hiyari.catalog import Catalog

CATALOG = Catalog.open()
FILLER = {"string": "x.example", "integer": 1, "number": 1.0, "boolean": True, "object": {}, "array": []}


@pytest.mark.parametrize("name", sorted(CATALOG.tools))
def test_a_tool_folder_is_whole(name: str, tmp_path: Path) -> None:
    """The server of each folder starts with the least parameters its manifest demands and lists typed tools."""
    entry = CATALOG.tools[name]
    required = entry.value.parameters.get("required", [])
    given = {key: FILLER[entry.value.parameters["properties"][key]["type"]] for key in required}
    offered = {}
    for language in ("ja", "en"):
        stream = ProcessStream()
        servers = ToolServers(stream, language, workdir=str(tmp_path))
        try:
            server = ToolServer(
                name=name,
                path=str(entry.path.parent / entry.value.server),
                parameters=given,
                seconds=entry.value.seconds,
            )
            assert [event.kind for event in servers.start([server])] == ["tool_server.started"]
            offered[language] = servers.tools()
        finally:
            servers.close()
            assert stream.close() == 0
    assert [tool.name for tool in offered["ja"]] == [tool.name for tool in offered["en"]]
    for japanese, english in zip(offered["ja"], offered["en"]):
        assert english.description.isascii()
        assert not japanese.description.isascii()
        assert english.parameters["additionalProperties"] is False
        for argument, schema in english.parameters["properties"].items():
            assert schema["description"].isascii(), argument
            assert not japanese.parameters["properties"][argument]["description"].isascii(), argument
    assert (entry.path.parent / "README.md").exists()
