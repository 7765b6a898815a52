"""The house: devices with their state and its history, and automations that follow changes."""

import copy
import math
import threading

from bindings import Bindings, SceneRefused, kind_of
from kinds import KINDS, fault

HISTORY_KEPT = 500
AUTOMATIONS_LIMIT = 100
CHAIN_LIMIT = 8
"""Automations that set each other off, one after the other, at most."""


class House:
    """All devices of one hub. Methods may be called from any thread.

    Args:
        control: The control stream.
    """

    def __init__(self, control):
        self._control = control
        self.bindings = Bindings(control, self._bindable)
        """Fields of devices, ``device.field``, that are bound to the scene."""
        self._lock = threading.RLock()
        self._devices = {}
        self._automations = {}
        self._history = []
        self._count = 0

    def replace(self, devices, automations, history=()):
        """Put these in the place of all there were.

        ``history`` is what changed before: ``{device, by, old, new, date}``, oldest first.

        Raises:
            ValueError: If a device is of no known kind or its state cannot be, or an automation or a change names none.
        """
        fresh = {}
        for device in devices:
            whole = {"room": "", "protected": False, **device, "state": dict(device.get("state", {}))}
            whole.setdefault("name", device["id"])
            if whole["kind"] not in KINDS:
                raise ValueError(f"device {device['id']!r}: kind is one of {', '.join(KINDS)}, not {whole['kind']!r}")
            if device["id"] in fresh:
                raise ValueError(f"two devices are called {device['id']!r}")
            for field, value in whole["state"].items():
                if field in KINDS[whole["kind"]] and (wrong := fault(whole["kind"], field, value)):
                    raise ValueError(f"device {device['id']!r}: {wrong}")
            fresh[device["id"]] = whole
        past = [{"number": number, **_change(each, fresh)} for number, each in enumerate(history, 1)]
        with self._lock:
            self._devices, self._automations, self._count = fresh, {}, len(past)
            self._history = past[-HISTORY_KEPT:]
            self.bindings.clear()
            for automation in automations:
                if wrong := self.automation_fault(automation):
                    raise ValueError(f"automation {automation.get('id')!r}: {wrong}")
                self._automations[automation["id"]] = {"enabled": True, "name": automation["id"], **automation}

    def devices(self):
        with self._lock:
            return copy.deepcopy(list(self._devices.values()))

    def device(self, name):
        """Return a device with its state now.

        Raises:
            LookupError: If there is none.
        """
        return self._found(name)

    def change(self, name, state, account, taken):
        """Set fields of a device's state; each that is bound in the scene first.

        ``taken`` is called when the scene has taken all, before automations follow.

        Raises:
            SceneRefused: If the scene did not take one; those before it are set.
        """
        self._change(name, state, account, 0, taken)

    def set(self, message):
        """Carry out the harness's operation ``set``: ``{device, state}``, ``{tag, value}``, ``{values: {tag: value}}``.

        A tag is ``device.field``.
        """
        if "values" in message or "tag" in message:
            values = message["values"] if "values" in message else {message["tag"]: message.get("value")}
            for tag, value in values.items():
                name, _, field = str(tag).rpartition(".")
                self.set({"device": name, "state": {field: value}})
            return
        name, state = message.get("device"), message.get("state")
        device = self._found(name)
        if not isinstance(state, dict):
            raise ValueError("set needs a state: a mapping of fields")
        for field, value in state.items():
            wrong = fault(device["kind"], field, value) if field in KINDS[device["kind"]] else ""
            if wrong or not field or (isinstance(value, float) and not math.isfinite(value)):
                raise ValueError(wrong or f"{field!r} cannot be {value!r}")
        self._store(name, state, "", 0)

    def history(self, name="", after=0):
        """Return changes of a device, or of all, whose number is above ``after``."""
        with self._lock:
            return [each for each in self._history if each["number"] > after and name in ("", each["device"])]

    def automations(self):
        with self._lock:
            return copy.deepcopy(list(self._automations.values()))

    def automation_fault(self, automation):
        """Return what is wrong with an automation; empty when nothing is."""
        when, then = automation.get("when"), automation.get("then")
        if not isinstance(automation.get("id"), str) or not automation["id"] or len(automation["id"]) > 100:
            return "it needs an id"
        if not isinstance(when, dict) or when.get("device") not in self._devices or not when.get("field"):
            return "when needs a device of this house and a field"
        if not {"is", "above", "below"} & set(when):
            return "when needs one of is, above, below"
        if not isinstance(then, list) or not 1 <= len(then) <= 20:
            return "then needs from 1 to 20 steps of device and state"
        for step in then:
            if not isinstance(step, dict) or step.get("device") not in self._devices:
                return "then names a device that is not in this house"
            if not isinstance(step.get("state"), dict) or not step["state"]:
                return "a step needs a state"
            kind = self._devices[step["device"]]["kind"]
            if wrong := next(filter(None, (fault(kind, *item) for item in step["state"].items())), ""):
                return wrong
        return ""

    def keep_automation(self, automation):
        """Store an automation, in the place of one of the same id; return whether there was room."""
        with self._lock:
            if len(self._automations) >= AUTOMATIONS_LIMIT and automation["id"] not in self._automations:
                return False
            self._automations[automation["id"]] = automation
            return True

    def drop_automation(self, name):
        """Forget an automation; return it, or None if there is none."""
        with self._lock:
            return self._automations.pop(name, None)

    def _found(self, name):
        with self._lock:
            if name not in self._devices:
                raise LookupError(f"there is no device {str(name)[:100]!r}")
            return copy.deepcopy(self._devices[name])

    def _store(self, name, state, account, depth):
        with self._lock:
            held = self._devices[name]["state"]
            changed = {field: value for field, value in state.items() if held.get(field) != value or field not in held}
            if not changed:
                return
            before = {field: held.get(field) for field in changed}
            held.update(changed)
            self._count += 1
            entry = {"number": self._count, "device": name, "by": account, "old": before, "new": changed}
            self._history = [*self._history[-HISTORY_KEPT + 1 :], entry]
            set_off = [
                each for each in self._automations.values() if each["enabled"] and _meets(each["when"], name, changed)
            ]
        if depth >= CHAIN_LIMIT:
            return
        for automation in set_off:
            for step in automation["then"]:
                self._control.request(
                    "",
                    "automation.run",
                    {"automation": automation["id"], "device": step["device"], "state": step["state"]},
                )
                try:
                    self._change(step["device"], step["state"], f"automation {automation['id']}", depth + 1)
                except SceneRefused as error:
                    detail = {"automation": automation["id"], "device": step["device"], "why": str(error)}
                    self._control.request("", "automation.run", detail, allowed=False)

    def _change(self, name, state, account, depth, taken=None):
        now = {}
        try:
            for field, value in state.items():
                tag = f"{name}.{field}"
                now[field] = self.bindings.write(tag, value, account) if tag in self.bindings else value
            if taken is not None:
                taken()
        finally:
            self._store(name, now, account, depth)

    def _bindable(self, tag):
        name, _, field = tag.rpartition(".")
        device = self._found(name)
        settable = KINDS[device["kind"]]
        if field not in device["state"] and field not in settable:
            known = ", ".join(sorted({*device["state"], *settable}))
            raise LookupError(f"device {name!r} has no field {field[:100]!r}; there are {known or 'none'}")
        if field in device["state"]:
            kind = kind_of(device["state"][field])
        else:
            kind = {bool: "switch", str: "text"}.get(settable[field]["type"], "number")
        return tag, "number" if kind == "integer" else kind


def _change(entry, devices):
    """Return a change of a seed.

    Raises:
        ValueError: If it names no device or no new state.
    """
    if entry.get("device") not in devices or not isinstance(entry.get("new"), dict):
        raise ValueError(f"history: {str(entry)[:200]} needs a device of this house and what was new")
    kept = {key: entry[key] for key in ("device", "by", "old", "new", "date") if key in entry}
    return {"by": "", "old": {}, **kept}


def _meets(when, device, changed):
    if when["device"] != device or when["field"] not in changed:
        return False
    value = changed[when["field"]]
    if "is" in when:
        return value == when["is"]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    bound = when.get("above", when.get("below"))
    if isinstance(bound, bool) or not isinstance(bound, (int, float)):
        return False
    return value > bound if "above" in when else value < bound
