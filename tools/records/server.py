"""The records tool: rows and fields of an audit portal, sources, gaps, statements to the auditor, submission."""

from __future__ import annotations

from http_api import Api, path
from mcp_stdio import Call, Tool, prop, serve


class Records:
    """One account at the audit portal."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the audit portal")

    def audit(self, call: Call) -> str:
        told = self.api.json("GET", "/api/audit")
        lines = [f"{key}: {value}" for key, value in told["audit"].items()]
        lines += [
            f"open: {told['open']}",
            f"gaps: {told['gaps']}",
            f"submitted: {'yes' if told['submitted'] else 'no'}",
        ]
        lines += ["", "Fields:"]
        lines += [f"  {each['name']} | {each['title']} | {each['unit']}" for each in told["fields"]]
        lines += ["", "Questions:"]
        for each in told["questions"]:
            stated = each["stated"]
            answer = f"{stated['choice']} {stated['text']}".strip() if stated else "not answered"
            lines.append(f"  {each['id']} | {each['text']} | {' / '.join(each['choices'])} | {answer}")
        return "\n".join(lines)

    def list(self, call: Call, open: bool = False) -> str:
        found = self.api.json("GET", "/api/rows", query={"open": "1" if open else ""})["rows"]
        return "\n\n".join(_shown(row) for row in found) or "no rows"

    def read(self, call: Call, row: str) -> str:
        return _shown(self.api.json("GET", path("api", "rows", row)))

    def write(self, call: Call, row: str, field: str, value: str, source: str = "") -> str:
        self.api.json("PUT", path("api", "rows", row, "fields", field), {"value": value, "source": source})
        return f"{row} {field}: {value or '(cleared)'}"

    def gap(self, call: Call, row: str, field: str, reason: str) -> str:
        self.api.json("PUT", path("api", "rows", row, "gaps", field), {"reason": reason})
        return f"{row} {field}: declared as a gap"

    def state(self, call: Call, question: str, choice: str, text: str = "") -> str:
        self.api.json("PUT", path("api", "questions", question), {"choice": choice, "text": text})
        return f"{question}: {choice}"

    def submit(self, call: Call) -> str:
        told = self.api.json("POST", "/api/submit")
        return f"submitted; {told['open']} fields open, {told['gaps']} declared as gaps"


def _shown(row: dict) -> str:
    lines = [row["id"]]
    for name, cell in row["fields"].items():
        value = cell["value"] or (f"(gap: {cell['gap']})" if cell["gap"] else "(empty)")
        lines.append(f"  {name} = {value} | source: {cell['source'] or '-'}")
    return "\n".join(lines)


def build(parameters: dict, language: str) -> list:
    records = Records(parameters)
    row = prop("string", "Id of the row, as in the list.", "一覧にある行の id。")
    field = prop("string", "Name of the field.", "欄の名前。")
    source = prop("string", "What the value is from: document, slip, photo.", "値の根拠(帳票、伝票、写真など)。")
    return [
        Tool(
            "records_audit",
            {
                "en": "Show the audit, its fields and the auditor's questions.",
                "ja": "審査、欄、審査員の質問を表示する。",
            },
            {},
            records.audit,
        ),
        Tool(
            "records_list",
            {"en": "List the rows of records.", "ja": "記録の行を一覧する。"},
            {"open": prop("boolean", "Only rows with open fields.", "空欄のある行だけ。")},
            records.list,
        ),
        Tool("records_read", {"en": "Read a row.", "ja": "行を読む。"}, {"row": row}, records.read, ["row"]),
        Tool(
            "records_write",
            {"en": "Fill a field, with its source.", "ja": "欄に値と根拠を書く。"},
            {"row": row, "field": field, "value": prop("string", "The value.", "値。"), "source": source},
            records.write,
            ["row", "field", "value"],
        ),
        Tool(
            "records_gap",
            {"en": "Declare that there is no record of a field.", "ja": "欄の記録がないことを申告する。"},
            {"row": row, "field": field, "reason": prop("string", "Why.", "理由。")},
            records.gap,
            ["row", "field", "reason"],
        ),
        Tool(
            "records_state",
            {"en": "Answer a question of the auditor.", "ja": "審査員の質問に回答する。"},
            {
                "question": prop("string", "Id of the question.", "質問の id。"),
                "choice": prop("string", "One of its choices.", "選択肢の一つ。"),
                "text": prop("string", "Explanation.", "説明。"),
            },
            records.state,
            ["question", "choice"],
        ),
        Tool(
            "records_submit",
            {
                "en": "Submit the records; they cannot be changed afterwards.",
                "ja": "記録を提出する。以後は変更できない。",
            },
            {},
            records.submit,
        ),
    ]


def main() -> None:
    serve("records", build)


if __name__ == "__main__":
    main()
