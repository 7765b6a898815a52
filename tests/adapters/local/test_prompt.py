from __future__ import annotations

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from hiyari.adapters.local.model import read, repeated
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
    """An ASCII character is 0.4 of a token, every other one 2.4."""
    assert shortened("a" * 24, 10) == "a" * 24
    assert shortened("a" * 40, 10) == "a" * 25 + "..."
    assert shortened("花" * 6, 10) == "花" * 4 + "..."


def test_what_the_model_wrote_is_read_or_kept_as_malformed() -> None:
    """A call, an answer, or the raw text of something cut off."""
    call = read('{"tool": "read", "args": {"path": "a"}}', "c")
    assert call.tool_calls[0]["args"] == {"path": "a"}
    assert read('{"tool": "finish", "args": {"answer": "done"}}', "c").content == "done"
    assert read('{"tool": "finish",\n "args": {"answer": "don', "c").content == "don"
    assert read('{"tool": "fin', "c", last=True).content == '{"tool": "fin'
    for broken in ('{"tool": "read", "args": {"path": "a', '{"tool": "read"}', '{"tool": "read", "args": 5}', "[]", ""):
        (malformed,) = read(broken, "c").invalid_tool_calls
        assert malformed["args"] == broken
        assert malformed["name"] == ("read" if "read" in broken else "")


def test_a_repeated_call_is_noticed() -> None:
    """Only the very same call, made before and again just now, takes its tool out of the next turn."""

    def history(*paths: str) -> list[AIMessage]:
        return [AIMessage("", tool_calls=[{"name": "read", "args": {"path": path}, "id": "1"}]) for path in paths]

    assert repeated(history()) == ""
    assert repeated(history("a")) == ""
    assert repeated(history("a", "a")) == "read"
    assert repeated(history("a", "b", "a")) == "read"
    assert repeated(history("a", "a", "b")) == ""
