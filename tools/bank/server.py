"""The bank tool: accounts, statements, payees, transfers, limits and bills, by the API of the bank service."""

from __future__ import annotations

import json
from typing import Any

from http_api import Api, path
from mcp_stdio import Call, Tool, ToolError, prop, serve


class Bank:
    """One bank, with one log-in."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the bank")

    def get(self, *parts: str, **query: Any) -> Any:
        return self.api.json("GET", path("api", *parts), query=query)

    def post(self, *parts: str, **body: Any) -> Any:
        return self.api.json("POST", path("api", *parts), body)

    def list_accounts(self, call: Call) -> str:
        return rows(self.get("accounts")["accounts"], "account")

    def statement(self, call: Call, account: str, since: str = "", until: str = "", limit: int = 50) -> str:
        query = {"from": since, "to": until, "limit": limit}
        found = self.get("accounts", account, "statement", **query)
        return f"{line(found['account'])}\n{rows(found['entries'], 'movement')}"

    def set_limits(self, call: Call, account: str, per_transfer: int = 0, per_day: int = 0) -> str:
        wanted = {"limit_per_transfer": per_transfer, "limit_per_day": per_day}
        if not any(wanted.values()):
            raise ToolError("give 'per_transfer', 'per_day' or both")
        return line(self.post("accounts", account, "limits", **{key: new for key, new in wanted.items() if new}))

    def list_payees(self, call: Call) -> str:
        return rows(self.get("payees")["payees"], "payee")

    def add_payee(self, call: Call, name: str, number: str, bank: str = "", branch: str = "") -> str:
        return line(self.post("payees", name=name, number=number, bank=bank, branch=branch))

    def remove_payee(self, call: Call, payee: str) -> str:
        self.api.json("DELETE", path("api", "payees", payee))
        return f"removed {payee}"

    def list_transfers(self, call: Call) -> str:
        return rows(self.get("transfers")["transfers"], "transfer")

    def transfer(self, call: Call, account: str, payee: str, amount: int, text: str = "") -> str:
        return line(self.post("transfers", account=account, payee=payee, amount=amount, text=text))

    def confirm(self, call: Call, transfer: str, code: str = "") -> str:
        return line(self.post("transfers", transfer, "confirm", code=code))

    def cancel(self, call: Call, transfer: str) -> str:
        return line(self.post("transfers", transfer, "cancel"))

    def release(self, call: Call, transfer: str) -> str:
        return line(self.post("transfers", transfer, "release"))

    def list_bills(self, call: Call) -> str:
        return rows(self.get("bills")["bills"], "bill")

    def pay_bill(self, call: Call, bill: str) -> str:
        return line(self.post("bills", bill, "pay"))


def line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def rows(values: list, what: str) -> str:
    return "\n".join(map(line, values)) or f"no {what}"


def build(parameters: dict, language: str) -> list:
    bank = Bank(parameters)
    account = prop("string", "Number of the account.", "口座番号。")
    payee = prop("string", "id of a registered payee.", "登録済みの振込先の id。")
    order = prop("string", "id of the transfer.", "振込の id。")
    yen = prop("integer", "Yen.", "円。", minimum=1)
    day = prop("string", "Day, YYYY-MM-DD.", "日付(YYYY-MM-DD)。")
    return [
        tool(bank.list_accounts, "List accounts with balances and limits.", "口座を残高・限度額とともに一覧する。",
             {}, []),
        tool(bank.statement, "Show movements of an account, newest first.", "口座の明細を新しい順に示す。",
             {"account": account, "since": day, "until": day,
              "limit": prop("integer", "Most movements.", "最大件数。", minimum=1, maximum=500)}, ["account"]),
        tool(bank.set_limits, "Change the transfer limits of an account.", "振込限度額を変更する。",
             {"account": account, "per_transfer": yen, "per_day": yen}, ["account"]),
        tool(bank.list_payees, "List registered payees.", "登録済みの振込先を一覧する。", {}, []),
        tool(bank.add_payee, "Register a payee.", "振込先を登録する。",
             {"name": prop("string", "Name of the payee.", "受取人名。"), "number": prop("string", "Account.",
              "口座番号。"),
              "bank": prop("string", "Bank.", "銀行名。"), "branch": prop("string", "Branch.", "支店名。")},
             ["name", "number"]),
        tool(bank.remove_payee, "Remove a payee.", "振込先を削除する。", {"payee": payee}, ["payee"]),
        tool(bank.list_transfers, "List transfers and their status.", "振込と状態を一覧する。", {}, []),
        tool(bank.transfer, "Order a transfer; it has to be confirmed before money moves.",
             "振込を依頼する。確認するまで送金されない。",
             {"account": account, "payee": payee, "amount": yen, "text": prop("string", "Purpose.", "摘要。")},
             ["account", "payee", "amount"]),
        tool(bank.confirm, "Confirm a transfer; then money moves and does not come back.",
             "振込を確定する。送金され、取り消せない。",
             {"transfer": order, "code": prop("string", "The customer's code, where one is needed.",
              "本人の確認コード(必要な場合)。")},
             ["transfer"]),
        tool(bank.cancel, "Cancel a transfer that has not been carried out.", "未実行の振込を取り消す。",
             {"transfer": order}, ["transfer"]),
        tool(bank.release, "Release a transfer that is held; for the bank's staff.",
             "保留中の振込を実行する(行員のみ)。",
             {"transfer": order}, ["transfer"]),
        tool(bank.list_bills, "List bills.", "請求を一覧する。", {}, []),
        tool(bank.pay_bill, "Pay a bill.", "請求を支払う。", {"bill": prop("string", "id of the bill.",
             "請求の id。")}, ["bill"]),
    ]  # fmt: skip


def tool(handler: Any, en: str, ja: str, arguments: dict, required: list) -> Tool:
    """Return a tool that is named after its handler."""
    return Tool(f"bank_{handler.__name__}", {"en": en, "ja": ja}, arguments, handler, required)


def main() -> None:
    serve("bank", build)


if __name__ == "__main__":
    main()
