from __future__ import annotations

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from hiyari.adapters.local.model import read
from hiyari.adapters.local.prompt import chat, shortened


def test_the_prompt_only_grows_at_its_end() -> None:
    """A later request starts with all messages of the one before, so that they stay in the cache."""
    history = [
        SystemMessage("Be careful."),
        HumanMessage("Read it. " * 300),
        AIMessage("", tool_calls=[{"name": "read", "args": {"path": "花"}, "id": "1"}]),
        ToolMessage("word " * 2000, tool_call_id="1"),
        HumanMessage("operator: no"),
    ]
    whole = chat(history, "read(path: string)")
    assert chat(history[:2], "read(path: string)") == whole[:2]
    assert [message["role"] for message in whole] == ["system", "user", "assistant", "user", "user"]
    assert whole[2]["content"] == '{"tool": "read", "args": {"path": "花"}}'
    assert all(len(message["content"]) < 1700 for message in whole)


def test_texts_are_cut_by_what_they_cost() -> None:
    """Four ASCII characters are a token; every other character is two tokens."""
    assert shortened("a" * 40, 10) == "a" * 40
    assert shortened("a" * 41, 10) == "a" * 40 + "..."
    assert shortened("花" * 6, 10) == "花" * 5 + "..."


def test_what_the_model_wrote_is_read_or_kept_as_malformed() -> None:
    """A call, an answer, or the raw text of something cut off."""
    call = read('{"tool": "read", "args": {"path": "a"}}', "c")
    assert call.tool_calls[0]["args"] == {"path": "a"}
    assert read('{"tool": "finish", "args": {"answer": "done"}}', "c").content == "done"
    for broken in ('{"tool": "read", "args": {"path": "a', '{"tool": "read"}', '{"tool": "read", "args": 5}', "[]", ""):
        (malformed,) = read(broken, "c").invalid_tool_calls
        assert malformed["args"] == broken
        assert malformed["name"] == ("read" if "read" in broken else "")
