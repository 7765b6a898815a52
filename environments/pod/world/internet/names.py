"""Names and addresses of the simulated internet: each name has one address, the same for the same seed."""

import hashlib
from collections import OrderedDict

FIRST = (198 << 24) | (18 << 16)
"""198.18.0.0/15, set aside for tests of networks (RFC 2544), so that no real host is meant."""
COUNT = 1 << 17
KNOWN_LIMIT = 16_384
"""Names that are remembered by address; the oldest are forgotten."""

PUBLIC = {
    "dns.google": "8.8.8.8",
    "one.one.one.one": "1.1.1.1",
    "metadata.google.internal": "169.254.169.254",
    "localhost": "127.0.0.1",
}


class Names:
    """Gives names addresses and remembers whose they are."""

    def __init__(self, seed=0, declared=None):
        self.declared = {name.lower().rstrip("."): address for name, address in (declared or {}).items()}
        self._seed = seed
        self._known = OrderedDict((address, name) for name, address in PUBLIC.items())
        self._known.update((address, name) for name, address in self.declared.items())
        self._fixed = {**PUBLIC, **self.declared}

    def address(self, name):
        """Return the address of a name."""
        name = name.lower().rstrip(".")
        if name in self._fixed:
            return self._fixed[name]
        start = int.from_bytes(hashlib.sha256(f"{self._seed}:{name}".encode("utf-8", "replace")).digest()[:4], "big")
        for step in range(8):
            number = (start + step * 7919) % COUNT
            # Addresses that end in 0 or 255 would look odd for a host.
            if number & 0xFF in (0, 255):
                number ^= 0x42
            value = FIRST + number
            address = f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
            if self._known.get(address, name) == name:
                break
        self._known[address] = name
        self._known.move_to_end(address)
        while len(self._known) > KNOWN_LIMIT:
            oldest = next(each for each in self._known if each not in self._fixed.values())
            del self._known[oldest]
        return address

    def name(self, address):
        """Return the name an address was looked up by, or an empty text."""
        return self._known.get(address, "")
