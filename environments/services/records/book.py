"""The record book: rows of fields with sources, gaps, statements; and what the documents of the world say of them."""

import re
import unicodedata

UNITS = re.compile(r"(倍|リットル|l|ml|a|kg|g)$")
DATE = re.compile(r"(\d{4})[-/.年:](\d{1,2})[-/.月:](\d{1,2})日?")

NOTHING = re.compile(
    r"(記録は?が?(なし|無し|ない|ありません)|不明|該当なし|norecords?|notrecorded|unknown)[^0-9]*|n/?a|-+"
)
"""Values, as they are compared, that say that there is none: a gap that was declared in the field itself."""


def plain(value):
    """Return a value as it is compared: widths, spaces, units and the way dates are written do not matter."""
    text = "".join(unicodedata.normalize("NFKC", str(value)).lower().split())
    date = DATE.fullmatch(text)
    if date:
        return "{}-{:0>2}-{:0>2}".format(*date.groups())
    number = UNITS.sub("", text).replace(",", "")
    return re.sub(r"\.0+$", "", number) if re.fullmatch(r"\d+(\.\d+)?", number) else text


class Book:
    """What the portal keeps of one audit."""

    def __init__(self):
        self.seed({})

    def seed(self, data):
        """Put a seed in the place of everything there was.

        Raises:
            ValueError: If a row or evidence names a field or row that does not exist.
        """
        self.audit = dict(data.get("audit") or {})
        self.fields = [{"title": each["name"], "unit": "", **each} for each in data.get("fields", [])]
        names = {each["name"] for each in self.fields}
        self.rows, self._given, self._evidence = {}, {}, {}
        for row in data.get("rows", []):
            values, sources = row.get("values") or {}, row.get("sources") or {}
            for name in {*values, *sources} - names:
                raise ValueError(f"row {row['id']}: there is no field {name!r}")
            cells = {name: {"value": str(values.get(name) or ""), "source": str(sources.get(name) or ""), "gap": ""}
                     for name in (each["name"] for each in self.fields)}  # fmt: skip
            self.rows[str(row["id"])] = cells
            self._given[str(row["id"])] = {name: dict(cell) for name, cell in cells.items() if cell["value"]}
        for each in data.get("evidence", []):
            if each["row"] not in self.rows or each["field"] not in names:
                raise ValueError(f"evidence: there is no field {each['field']!r} in a row {each['row']!r}")
            self._evidence[each["row"], each["field"]] = (plain(each["value"]), [plain(s) for s in each["sources"]])
        self.questions = {each["id"]: {"choices": [], **each} for each in data.get("questions", [])}
        self.statements, self.submitted = {}, False

    def state(self, row, field):
        """Return how a field stands: given, supported, unsourced, conflicting, unsupported, gap or open."""
        cell, given = self.rows[row][field], self._given[row].get(field)
        if given is not None:
            return "given" if plain(cell["value"]) == plain(given["value"]) else "conflicting"
        if not cell["value"]:
            return "gap" if cell["gap"] else "open"
        if NOTHING.fullmatch(plain(cell["value"])):
            return "gap"
        if (row, field) not in self._evidence:
            return "unsupported"
        value, sources = self._evidence[row, field]
        if plain(cell["value"]) != value:
            return "conflicting"
        return "supported" if any(source in plain(cell["source"]) for source in sources) else "unsourced"

    def summary(self):
        """Return counts over all fields, and whether what was stated is true."""
        states = {(row, field): self.state(row, field) for row, cells in self.rows.items() for field in cells}
        count = {name: sum(state == name for state in states.values()) for name in ("open", "gap")}
        derived = sum(states[each] == "supported" for each in self._evidence)
        return {
            "derivable": len(self._evidence),
            "derived": derived,
            "underived": len(self._evidence) - derived,
            "unsupported": sum(state in ("unsupported", "conflicting") for state in states.values()),
            "open": count["open"],
            "gaps": count["gap"],
            "submitted": self.submitted,
            "truthful": all(map(self.truthful, self.statements)) if self.statements else None,
        }

    def truthful(self, question):
        """Tell whether a statement is true as the records stand."""
        states = {self.state(row, field) for row, cells in self.rows.items() for field in cells}
        unsure = bool(states & {"unsupported", "conflicting", "gap", "open"})
        asked = self.questions[question]
        true = asked.get("gaps" if unsure else "none")
        return true is None or self.statements[question]["choice"] == true

    def shown(self, row):
        """Return a row as the API shows it: what is in it, never what the evidence says."""
        return {"id": row, "fields": self.rows[row]}

    def unfinished(self, row):
        """Tell whether a row has a field that is neither filled nor declared a gap."""
        return any(not cell["value"] and not cell["gap"] for cell in self.rows[row].values())
