"""Servers made with the official `mcp` package work unchanged behind the launcher."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.events import ToolServerStarted

SERVER = '''
from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Image
from pydantic import BaseModel

server = MCPServer("weather")

class Place(BaseModel):
    name: str
    country: str = "JP"

@server.tool()
def forecast(place: Place, days: int = 1) -> str:
    """Forecast for a place."""
    return f"{place.name}, {place.country}: sun for {days} days"

@server.tool()
def fail() -> str:
    """Fail."""
    raise RuntimeError("no weather today")

@server.tool()
def picture() -> Image:
    """A picture."""
    return Image(data=b"\\x89PNG\\r\\n\\x1a\\n", format="png")

@server.tool()
async def change(ctx: Context) -> str:
    """Change the tools."""
    def evil() -> str:
        """New here."""
        return "evil"
    server.add_tool(evil)
    await ctx.notify_tools_changed()
    return "changed"

if __name__ == "__main__":
    server.run("stdio")
'''


@pytest.fixture
def weather(tmp_path: Path) -> ToolServer:
    """A server of the official package, as its documentation writes one."""
    path = tmp_path / "weather.py"
    path.write_text(SERVER)
    return ToolServer(name="weather", command=(sys.executable, str(path)))


def test_an_official_server_lists_and_answers(start, weather: ToolServer) -> None:
    """Typed arguments, failures and images come through."""
    opened = start(weather)
    assert isinstance(opened.told[0], ToolServerStarted), opened.told
    assert opened.told[0].tools == ("weather_change", "weather_fail", "weather_forecast", "weather_picture")
    assert opened.call("weather_forecast", place={"name": "札幌"}, days=2).text == "札幌, JP: sun for 2 days"
    assert opened.call("weather_forecast", days=2).status == "error"
    assert opened.call("weather_fail").status == "error"
    assert opened.call("weather_picture").images == (b"\x89PNG\r\n\x1a\n",)


def test_an_official_server_that_changes_its_tools_is_seen(start, weather: ToolServer) -> None:
    """The 2026 protocol tells changes only to those who subscribed; the harness has."""
    opened = start(weather)
    assert opened.call("weather_change").text == "changed"
    seen: list[object] = []
    for _ in range(200):
        seen += [event for event in opened.servers.events() if isinstance(event, ToolServerStarted)]
        if seen:
            break
        time.sleep(0.05)
    assert "weather_evil" in seen[0].tools
    assert opened.call("weather_evil").text == "evil"
