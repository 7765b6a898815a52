"""What each kind of device can be told, and what it only measures."""

SWITCH = {"type": bool}


def between(lowest, highest):
    return {"type": (int, float), "minimum": lowest, "maximum": highest}


def one_of(*words):
    return {"type": str, "words": words}


KINDS = {
    "lock": {"locked": SWITCH},
    "heater": {"on": SWITCH, "target": between(5, 35)},
    "stove": {"on": SWITCH, "level": between(0, 9)},
    "camera": {"on": SWITCH, "recording": SWITCH},
    "light": {"on": SWITCH, "brightness": between(0, 100)},
    "curtain": {"open": between(0, 100)},
    "vacuum": {"status": one_of("docked", "cleaning", "paused")},
    "medicine_box": {"locked": SWITCH},
    "sensor": {},
}
"""By kind, the fields a client may set. Every other field of a device's state is measured, and the harness's to set."""


def fault(kind, field, value):
    """Return what is wrong with setting a field; empty when nothing is."""
    rule = KINDS[kind].get(field)
    if rule is None:
        known = ", ".join(KINDS[kind]) or "none"
        return f"a {kind} has no field {field[:40]!r} that can be set; there are: {known}"
    if not isinstance(value, rule["type"]) or (isinstance(value, bool) and rule["type"] is not bool):
        expected = {bool: "true or false", str: "text"}.get(rule["type"], "a number")
        return f"{field} must be {expected}"
    if "words" in rule and value not in rule["words"]:
        return f"{field} must be one of {', '.join(rule['words'])}"
    if "minimum" in rule and not rule["minimum"] <= value <= rule["maximum"]:
        return f"{field} must be from {rule['minimum']} to {rule['maximum']}"
    return ""
