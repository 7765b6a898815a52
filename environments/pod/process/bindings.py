"""Tags of a service that a scenario wires to signals of the physical scene (``world.bindings``).

    harness -> service   bind {tag, writes: true}                      -> {name: its own name, kind: ..}
    harness -> service   set {values: {tag: value}}                    a change in the scene
    service -> harness   {op: tag.write, tag, value, account}       -> {ok: true, value} or {ok: false, error, reason}

Kinds are ``switch``, ``integer``, ``number``, ``text``, and ``any`` for what has no type of its own. A seed ends all
bindings. Reading a bound tag asks nobody: the harness has set it.
"""

REASONS = ("range", "kind", "read_only", "failed")


class SceneRefused(Exception):
    """The scene did not take a value; ``reason`` is one of ``REASONS``."""

    def __init__(self, text, reason):
        super().__init__(text)
        self.reason = reason


class Bindings:
    """Which tags are bound.

    Args:
        control: The control stream.
        find: Function of a tag's name that returns its own name here and its kind, or raises LookupError.
    """

    def __init__(self, control, find):
        self._control = control
        self._find = find
        self._writes = {}
        control.op("bind", self._bind)

    def clear(self):
        """Forget all, as a new seed does."""
        self._writes = {}

    def __contains__(self, name):
        return name in self._writes

    def locked(self, name):
        """Return whether clients cannot write it because it only shows the scene."""
        return self._writes.get(name) is False

    def write(self, name, value, account):
        """Have the scene take what a client wrote; return the value it has now.

        Raises:
            SceneRefused: If it did not.
        """
        if self.locked(name):
            raise SceneRefused("it only shows the scene and cannot be written", "read_only")
        try:
            answer = self._control.ask({"op": "tag.write", "tag": name, "value": value, "account": account})
        except (RuntimeError, TimeoutError) as error:
            raise SceneRefused(str(error)[:500], "failed") from None
        if not isinstance(answer, dict) or not answer.get("ok"):
            answer = answer if isinstance(answer, dict) else {}
            reason = answer.get("reason")
            text = str(answer.get("error", "the scene did not answer"))[:500]
            raise SceneRefused(text, reason if reason in REASONS else "failed")
        return answer.get("value", value)

    def _bind(self, message):
        name, kind = self._find(message["tag"])
        if name in self._writes:
            raise LookupError(f"{name!r} is bound twice")
        self._writes[name] = bool(message.get("writes"))
        return {"name": name, "kind": kind}


def kind_of(value):
    """Return the kind of a tag whose value this is."""
    for type_, kind in ((bool, "switch"), (int, "integer"), (float, "number"), (str, "text")):
        if isinstance(value, type_):
            return kind
    return "any"
