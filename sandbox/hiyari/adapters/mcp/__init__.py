"""Tool servers: MCP over the attached stdin and stdout of the agent container."""

from __future__ import annotations

from .results import ToolResult
from .servers import ToolServer, ToolServers

__all__ = ["ToolResult", "ToolServer", "ToolServers"]
