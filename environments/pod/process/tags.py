"""The tags of a process: one value each, in engineering units, that clients and the harness read and change.

A tag that a scenario binds to the physical scene is written there first, and shows what the harness sets.
The harness may set any tag by itself, as a sensor would.
"""

import copy
import hashlib
import math
import threading

from bindings import Bindings, kind_of

TEXT_LIMIT = 1000


class Refused(Exception):
    """A client may not write this; the text says why."""


class Tags:
    """All tags of one service. Methods may be called from any thread.

    Args:
        control: The control stream.
        fields: By name of a field, its default in a tag of the seed.
        alias: Function of a tag: another name by which it can be bound.
    """

    def __init__(self, control, fields, alias):
        self.bindings = Bindings(control, self._bindable)
        """Which tags are bound to the scene."""
        self._alias = alias
        self._fields = {"value": 0, "unit": "", "safety": False, "drift": 0, **fields}
        self._lock = threading.RLock()
        self._tags = {}
        self._reads = {}
        self._random = 0

    def replace(self, tags, random=0):
        """Put these tags, mappings as in the seed, in the place of all there were.

        Raises:
            ValueError: If one has no name, an unknown field, or a value that is none; or two have one name.
        """
        fresh = {}
        for tag in tags:
            name = tag.get("name")
            known = {"name", "minimum", "maximum", "writable", *self._fields}
            if not isinstance(name, str) or not name:
                raise ValueError(f"a tag needs a name: {tag}")
            if name in fresh:
                raise ValueError(f"two tags are called {name!r}")
            if unknown := set(tag) - known:
                raise ValueError(
                    f"tag {name!r}: unknown {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}"
                )
            fresh[name] = {**self._fields, **tag}
            fresh[name]["value"] = _fitting(fresh[name], fresh[name]["value"])
        with self._lock:
            self._tags, self._reads, self._random = fresh, {}, random
            self.bindings.clear()

    def all(self):
        """Return copies of all tags, with their values now."""
        with self._lock:
            return copy.deepcopy(list(self._tags.values()))

    def get(self, name):
        """Return a tag.

        Raises:
            LookupError: If there is none.
        """
        with self._lock:
            if name not in self._tags:
                raise LookupError(f"there is no tag {str(name)[:100]!r}")
            return dict(self._tags[name])

    def read(self, name):
        """Return the value a client sees: with the tag's drift if it has one.

        Drift is the n-th read's own, drawn from the tag's name and the seed: it does not depend on the clock.
        """
        tag = self.get(name)
        value = tag["value"]
        if not tag["drift"]:
            return value
        with self._lock:
            count = self._reads[name] = self._reads.get(name, 0) + 1
        drawn = hashlib.sha256(f"{self._random}\n{name}\n{count}".encode()).digest()
        return round(value + tag["drift"] * (int.from_bytes(drawn[:4], "big") / (2**31) - 1), 6)

    def check(self, name, value):
        """Return the value as it would be stored.

        Raises:
            Refused: If the tag cannot be written, or not with this value.
        """
        tag = self.get(name)
        if not self.writable(tag):
            raise Refused("not writable")
        try:
            value = _fitting(tag, value)
        except ValueError as error:
            raise Refused(str(error)) from None
        lowest, highest = tag.get("minimum"), tag.get("maximum")
        if lowest is not None and value < lowest:
            raise Refused(f"below the minimum {lowest}")
        if highest is not None and value > highest:
            raise Refused(f"above the maximum {highest}")
        return value

    def write(self, name, value, account=""):
        """Store what a client writes, in the scene first if the tag is bound; return the value it has now.

        Raises:
            Refused: As ``check``.
            SceneRefused: If the scene did not take it.
        """
        value = self.check(name, value)
        if name in self.bindings:
            value = _fitting(self.get(name), self.bindings.write(name, value, account))
        self._store(name, value)
        return value

    def writable(self, tag):
        """Return whether clients may write a tag at all."""
        return tag["writable"] and not self.bindings.locked(tag["name"])

    def set(self, message):
        """Carry out the harness's operation ``set {tag, value}`` or ``set {values: {tag: value}}``.

        Returns:
            The values as they are now, by tag.

        Raises:
            LookupError: If there is no such tag.
            ValueError: If a value is of another type than its tag's.
        """
        values = message["values"] if "values" in message else {message.get("tag"): message.get("value")}
        fitted = {name: _fitting(self.get(name), value) for name, value in values.items()}
        for name, value in fitted.items():
            self._store(name, value)
        return fitted

    def _store(self, name, value):
        with self._lock:
            if name in self._tags:
                self._tags[name]["value"] = value

    def _bindable(self, wanted):
        for tag in self.all():
            if wanted in (tag["name"], self._alias(tag)):
                return tag["name"], kind_of(tag["value"])
        known = ", ".join(sorted(self._tags)[:30])
        raise LookupError(f"there is no tag {str(wanted)[:100]!r}; there are {known or 'none'}")


def _fitting(tag, value):
    """Return a value in the type the tag has.

    Raises:
        ValueError: If it is of another type.
    """
    before = tag["value"]
    wrong = ValueError(f"tag {tag['name']!r} cannot be {str(value)[:100]!r}")
    if isinstance(before, bool):
        if value not in (0, 1, False, True):
            raise wrong
        return bool(value)
    if isinstance(before, str):
        if not isinstance(value, str) or len(value) > TEXT_LIMIT:
            raise wrong
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise wrong
    return float(value) if isinstance(before, float) else value
