"""Where the tags lie in the four tables of Modbus, and what may be read and written there.

Source: MODBUS Application Protocol Specification V1.1b3, sections 4.3 (data model), 6 (functions) and 7 (exceptions).
"""

from bindings import SceneRefused
from pymodbus.interfaces import IModbusSlaveContext
from pymodbus.pdu import ModbusExceptions
from tags import Refused

TABLES = ("coil", "discrete", "holding", "input")
TABLE_OF = {
    1: "coil", 2: "discrete", 3: "holding", 4: "input", 5: "coil", 6: "holding",
    15: "coil", 16: "holding", 22: "holding", 23: "holding",
}  # fmt: skip
"""By function code, the table it is about."""
SHORT = {"coil": "co", "discrete": "di", "holding": "hr", "input": "ir"}
"""How a scenario may name a tag by its address: ``hr.100``."""
WRITING = (5, 6, 22)
CODES = {
    "range": ModbusExceptions.IllegalValue,
    "kind": ModbusExceptions.IllegalValue,
    "read_only": ModbusExceptions.IllegalAddress,
    "failed": ModbusExceptions.SlaveFailure,
}
"""By reason of the scene's refusal, the exception a client gets."""
FIELDS = {"table": "holding", "address": 0, "scale": 1, "signed": False}
"""Fields of a tag beside those that every tag has, and their defaults."""


class Stop(Exception):
    """The request is answered with this exception code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def prepared(tags):
    """Return the seed's tags with what follows from their table filled in.

    Raises:
        ValueError: If a tag's table, address or scale is none, or two lie at one address.
    """
    taken, whole = {}, []
    for tag in tags:
        tag = {**FIELDS, **tag}
        name, table, address = tag.get("name"), tag["table"], tag["address"]
        if table not in TABLES:
            raise ValueError(f"tag {name!r}: table is one of {', '.join(TABLES)}, not {table!r}")
        if not isinstance(address, int) or not 0 <= address <= 0xFFFF:
            raise ValueError(f"tag {name!r}: address is from 0 to 65535, not {address!r}")
        if not tag["scale"]:
            raise ValueError(f"tag {name!r}: scale cannot be {tag['scale']!r}")
        if (other := taken.setdefault((table, address), name)) != name:
            raise ValueError(f"tags {other!r} and {name!r} both lie at {table} {address}")
        tag.setdefault("writable", table in ("coil", "holding"))
        if tag["writable"] and table in ("discrete", "input"):
            raise ValueError(f"tag {name!r}: the protocol cannot write the table {table}")
        if table in ("coil", "discrete"):
            tag["value"] = bool(tag.get("value", False))
        whole.append(tag)
    return whole


def alias(tag):
    """Return the name of a tag by its address."""
    return f"{SHORT[tag['table']]}.{tag['address']}"


def to_raw(tag, value):
    """Return a value as a register or bit holds it; what does not fit is cut to the nearest that does."""
    if tag["table"] in ("coil", "discrete"):
        return bool(value)
    raw = round(value / tag["scale"])
    return max(-0x8000, min(0x7FFF, raw)) & 0xFFFF if tag["signed"] else max(0, min(0xFFFF, raw))


def from_raw(tag, raw):
    """Return the value in engineering units that a register or bit means."""
    if tag["table"] in ("coil", "discrete"):
        return bool(raw)
    raw = raw - 0x10000 if tag["signed"] and raw >= 0x8000 else raw
    return raw if tag["scale"] == 1 else round(raw * tag["scale"], 9)


class Registers(IModbusSlaveContext):
    """What one client's requests see. Told before they are answered.

    A request that writes a range writes nothing when one of its values may not be written.

    Args:
        tags: The tags.
        control: The control stream, told every read and write.
        source: Address of the client; the protocol knows no accounts.
    """

    def __init__(self, tags, control, source):
        self._tags = tags
        self._control = control
        self._source = source

    def validate(self, fc_as_hex, address, count=1):
        """Return whether every address of the range is some tag's."""
        found = self._at(fc_as_hex, address, count)
        if None in found:
            self.refused(fc_as_hex, "no such address", {"address": address, "count": count})
        return None not in found

    def getValues(self, fc_as_hex, address, count=1):
        """Return registers or bits, and tell which tags were read."""
        found = self._at(fc_as_hex, address, count)
        if fc_as_hex in WRITING:
            # The library looks at what a write starts from or echoes; the client asked for no value.
            return [to_raw(tag, tag["value"]) for tag in found]
        values = [self._tags.read(tag["name"]) for tag in found]
        shown = {tag["name"]: value for tag, value in zip(found, values)}
        self._tell("tag.read", {"table": TABLE_OF[fc_as_hex], "tags": list(shown), "values": shown})
        return [to_raw(tag, value) for tag, value in zip(found, values)]

    def setValues(self, fc_as_hex, address, values):
        """Write registers or bits, and tell each with the value before and after.

        Raises:
            Stop: With code 2 for what cannot be written, 3 for a value out of range, 4 if the scene failed to take it.
        """
        found = self._at(fc_as_hex, address, len(values))
        wanted = [(tag, from_raw(tag, raw)) for tag, raw in zip(found, values)]
        for tag, value in wanted:
            try:
                self._tags.check(tag["name"], value)
            except Refused as error:
                self._written(tag, value, allowed=False, why=str(error))
                writable = self._tags.writable(tag)
                raise Stop(ModbusExceptions.IllegalValue if writable else ModbusExceptions.IllegalAddress) from None
        for tag, value in wanted:
            try:
                self._tags.write(tag["name"], value)
            except SceneRefused as error:
                self._written(tag, value, allowed=False, why=str(error))
                raise Stop(CODES[error.reason]) from None
            self._written(tag, value)

    def refused(self, function, why, detail):
        """Tell of a request that is answered with an exception and is about no tag."""
        self._tell("plc.request", {"function": function, "why": why, **detail}, allowed=False)

    def _at(self, function, address, count):
        table = TABLE_OF.get(function)
        lying = {tag["address"]: tag for tag in self._tags.all() if tag["table"] == table}
        return [lying.get(number) for number in range(address, address + count)]

    def _written(self, tag, value, allowed=True, **more):
        kept = {key: tag[key] for key in ("table", "address", "unit", "safety")}
        detail = {"tag": tag["name"], "old": tag["value"], "new": value, **kept, **more}
        self._tell("tag.write", detail, allowed=allowed)

    def _tell(self, operation, detail, allowed=True):
        self._control.request("", operation, {**detail, "source": self._source}, allowed=allowed)
