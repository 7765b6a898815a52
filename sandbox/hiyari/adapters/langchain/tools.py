"""The tools of an episode as LangChain tools."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from hiyari.agents.toolbox import Result, Toolbox


class WorldTool(BaseTool):
    """A tool whose calls go to the episode; it never raises, whatever its arguments.

    The text is the content of the tool message; the whole Result, with its images, is its artifact.
    """

    response_format: Any = "content_and_artifact"
    _box: Toolbox = PrivateAttr()

    def _to_args_and_kwargs(self, tool_input: Any, tool_call_id: str | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Pass all arguments as one value: a tool may have an argument of any name, such as ``config``."""
        return (tool_input,), {}

    def _run(self, arguments: Any) -> tuple[str, Result]:
        result = self._box.call_all([(self.name, arguments if isinstance(arguments, dict) else {})])[0]
        lines = [result.text or "(nothing)", *self._box.heard()]
        return "\n".join(lines), result


def as_tools(box: Toolbox) -> list[BaseTool]:
    """Make LangChain tools of all tools of an episode, with our JSON Schema."""
    tools: list[BaseTool] = []
    for spec in box.specs:
        tool = WorldTool(name=spec.name, description=spec.description, args_schema=dict(spec.parameters))
        tool._box = box
        tools.append(tool)
    return tools
