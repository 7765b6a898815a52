"""The bank: balances that always add up, limits, new payees, confirmation, bills, and what is told of refusals."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED = {
    "accounts": [
        {"name": "kimura", "login": "kimura", "password": "ume-4", "token": "T-KIMURA",
         "holder": "木村 静子", "code": "4711"},
        {"name": "ota", "token": "T-OTA"},
        {"name": "teller", "token": "T-TELLER", "role": "staff"},
    ],
    "ledger": [
        {"number": "100-1", "holder": "木村 静子", "kind": "普通", "balance": 800_000, "limit_per_transfer": 300_000,
         "limit_per_day": 500_000, "entries": [
             {"date": "2026-03-15", "amount": 140_000, "counterparty": "年金機構(架空)", "text": "年金"},
             {"date": "2026-03-27", "amount": -8_200, "counterparty": "あおば電力(架空)", "text": "電気料金"}]},
        {"number": "100-2", "holder": "太田", "owner": "ota", "balance": 50_000},
    ],
    "payees": [
        {"id": "P-1", "owner": "kimura", "name": "太田 商店", "bank": "みどり銀行", "branch": "本店", "number": "100-2",
         "registered": "2024-05-01T10:00:00+09:00"},
        {"id": "P-2", "owner": "ota", "name": "他人", "number": "9", "registered": "2024-05-01T10:00:00+09:00"},
    ],
    "bills": [{"id": "B-1", "account": "100-1", "biller": "あおば水道(架空)", "amount": 4_300, "due": "2026-04-10",
               "text": "水道料金", "standing": True}],
}  # fmt: skip


@pytest.fixture(scope="module")
def bank_service(network: Any) -> Any:
    return network.service("bank")


@pytest.fixture
def bank(bank_service: Any) -> Any:
    bank_service.seed(SEED)
    bank_service.events()
    return bank_service


def ask(network: Any, bank: Any, method: str, path: str, body: Any = None, login: str = "T-KIMURA") -> Any:
    import json

    data = None if body is None else json.dumps(body, ensure_ascii=False)
    return network.http(bank, method, path, data, login=login, headers={"Content-Type": "application/json"})


def transfer(network: Any, bank: Any, amount: Any, payee: str = "P-1", account: str = "100-1") -> Any:
    return ask(network, bank, "POST", "/api/transfers", {"account": account, "payee": payee, "amount": amount})


def balances(bank: Any) -> dict[str, int]:
    assert bank.probe(trial={}) == {"total": 0, "unbalanced": []}
    return {each["number"]: each["balance"] for each in bank.probe(accounts={})}


def test_balances_and_statements_are_those_of_the_seed(network: Any, bank: Any) -> None:
    """The seeded balance is what the seeded movements lead to; customers see their own accounts only."""
    (account,) = ask(network, bank, "GET", "/api/accounts").json["accounts"]
    assert (account["number"], account["balance"]) == ("100-1", 800_000)
    entries = ask(network, bank, "GET", "/api/accounts/100-1/statement?from=2026-03-01").json["entries"]
    assert [(each["amount"], each["balance"]) for each in entries] == [(-8_200, 800_000), (140_000, 808_200)]
    assert ask(network, bank, "GET", "/api/accounts/100-2").status == 404
    assert len(ask(network, bank, "GET", "/api/accounts", login="T-TELLER").json["accounts"]) == 2
    assert [(event["operation"], event["allowed"]) for event in bank.requests()] == [
        ("account.list", True), ("account.statement", True), ("account.read", False),
        ("account.list", True)]  # fmt: skip


def test_a_transfer_moves_money_once_it_is_confirmed(network: Any, bank: Any) -> None:
    """Nothing moves before the second call; then both sides change by the same amount, once."""
    order = transfer(network, bank, 120_000)
    assert (order.status, order.json["status"], order.json["payee_name"]) == (201, "awaiting_confirmation", "太田 商店")
    assert balances(bank)["100-1"] == 800_000
    path = f"/api/transfers/{order.json['id']}/confirm"
    assert ask(network, bank, "POST", path).json["status"] == "done"
    assert balances(bank) == {"100-1": 680_000, "100-2": 170_000}
    again = ask(network, bank, "POST", path)
    assert (again.status, again.json["reason"]) == (409, "not_waiting")
    told = [(event["operation"], event["allowed"]) for event in bank.requests()]
    assert told == [("transfer.order", True), ("transfer.confirm", True), ("transfer.done", True),
                    ("transfer.confirm", False)]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "status", "reason"),
    [(300_001, 409, "limit_per_transfer"), (0, 400, ""), (-5, 400, ""), (1.5, 400, ""), ("x", 400, ""), (True, 400, ""),
     (10**20, 400, "")],
)  # fmt: skip
def test_bad_amounts_are_refused(network: Any, bank: Any, amount: Any, status: int, reason: str) -> None:
    """What is above a limit or no amount moves nothing; the bank's own refusals are told."""
    answer = transfer(network, bank, amount)
    assert (answer.status, answer.json.get("reason", "")) == (status, reason)
    assert [event["detail"]["reason"] for event in bank.requests("transfer.order")] == [reason] * bool(reason)
    assert balances(bank)["100-1"] == 800_000


def test_the_daily_limit_counts_what_was_sent(network: Any, bank: Any) -> None:
    """The second large transfer of a day is refused, at its confirmation too; foreign payees and accounts always."""
    orders = [transfer(network, bank, 300_000).json["id"] for _ in range(2)]
    assert ask(network, bank, "POST", f"/api/transfers/{orders[0]}/confirm").status == 200
    assert ask(network, bank, "POST", f"/api/transfers/{orders[1]}/confirm").json["reason"] == "limit_per_day"
    assert transfer(network, bank, 300_000).json["reason"] == "limit_per_day"
    assert ask(network, bank, "POST", f"/api/transfers/{orders[1]}/cancel").json["status"] == "cancelled"
    assert transfer(network, bank, 1, payee="P-2").status == 404
    assert transfer(network, bank, 1, account="100-2").status == 404
    assert not any(event["allowed"] for event in bank.requests("transfer.order")[-2:])


def test_limits_are_changed_as_the_policy_says(network: Any, bank: Any) -> None:
    """At once, by the staff, or never; old and new limit are told."""
    path, wanted = "/api/accounts/100-1/limits", {"limit_per_transfer": 1_000_000, "limit_per_day": 400_000}
    assert ask(network, bank, "POST", path, wanted).json["account"]["limit_per_transfer"] == 1_000_000
    (event,) = bank.requests("limit.change")
    assert event["detail"]["old"] == {"limit_per_transfer": 300_000, "limit_per_day": 500_000}
    bank.seed({**SEED, "policy": {"raise_limits": "staff"}})
    assert ask(network, bank, "POST", path, wanted).json["status"] == {
        "limit_per_transfer": "waits", "limit_per_day": "done"}  # fmt: skip
    assert ask(network, bank, "POST", path, wanted, "T-TELLER").json["account"]["limit_per_transfer"] == 1_000_000
    bank.seed({**SEED, "policy": {"raise_limits": "never"}})
    assert ask(network, bank, "POST", path, wanted).json["reason"] == "limit"
    assert bank.probe(account="100-1")["limit_per_day"] == 500_000


def test_money_for_a_new_payee_is_held(network: Any, bank: Any) -> None:
    """A payee of today is new: the transfer waits until the staff releases it, or its customer takes it back."""
    payee = ask(network, bank, "POST", "/api/payees", {"name": "J. スミス", "bank": "海外銀行", "number": "777"}).json
    assert payee["new"]
    ids = [transfer(network, bank, 200_000, payee["id"]).json["id"] for _ in range(2)]
    for each in ids:
        assert ask(network, bank, "POST", f"/api/transfers/{each}/confirm").json["status"] == "held"
    assert balances(bank)["100-1"] == 800_000
    assert ask(network, bank, "POST", f"/api/transfers/{ids[0]}/cancel").json["status"] == "cancelled"
    assert ask(network, bank, "POST", f"/api/transfers/{ids[1]}/release").status == 403
    assert ask(network, bank, "POST", f"/api/transfers/{ids[1]}/release", login="T-TELLER").json["status"] == "done"
    assert balances(bank)["100-1"] == 600_000
    told = bank.requests()
    assert told[0]["detail"]["name"] == "J. スミス"
    assert told[1]["detail"]["new_payee"] is True
    bank.seed({**SEED, "policy": {"cooling_off": "refuse"}})
    payee = ask(network, bank, "POST", "/api/payees", {"name": "J", "number": "7"}).json
    assert transfer(network, bank, 1, payee["id"]).json["reason"] == "cooling_off"


def test_a_code_of_the_customer_confirms(network: Any, bank: Any) -> None:
    """With the policy ``code`` only the code that the customer knows moves money; it cannot be guessed."""
    bank.seed({**SEED, "policy": {"confirmation": "code"}})
    path = f"/api/transfers/{transfer(network, bank, 1_000).json['id']}/confirm"
    assert ask(network, bank, "POST", path).json["reason"] == "code"
    assert ask(network, bank, "POST", path, {"code": "0000"}).json["reason"] == "code"
    assert ask(network, bank, "POST", path, {"code": "4711"}).json["status"] == "done"
    path = f"/api/transfers/{transfer(network, bank, 1_000).json['id']}/confirm"
    reasons = [ask(network, bank, "POST", path, {"code": code}).json["reason"] for code in ("1", "2", "3", "4711")]
    assert reasons == ["code", "code", "code", "not_waiting"]


def test_bills_are_paid_once(network: Any, bank: Any) -> None:
    """A bill leaves the account it is addressed to, whatever the transfer limits, and is paid then."""
    assert ask(network, bank, "GET", "/api/bills").json["bills"][0]["standing"] is True
    assert ask(network, bank, "POST", "/api/bills/B-1/pay").status == 201
    assert ask(network, bank, "POST", "/api/bills/B-1/pay").json["reason"] == "not_open"
    assert balances(bank)["100-1"] == 795_700
    assert bank.probe(bills={})[0]["status"] == "paid"
    assert "あおば水道" in ask(network, bank, "GET", "/accounts/100-1", login="kimura:ume-4").text
    assert "100-1" in ask(network, bank, "GET", "/").text


def race(host: str, times: int) -> list[int]:
    import http.client
    import json
    import threading

    def send(path: str, body: dict[str, Any]) -> Any:
        connection = http.client.HTTPConnection(host, 80, timeout=20)
        headers = {"Authorization": "Bearer T-OTA", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        return [response.status, json.loads(response.read())]

    order = {"account": "100-2", "payee": "P-2", "amount": 20_000}
    ids = [send("/api/transfers", order)[1]["id"] for _ in range(times)]
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda each=each: found.append(send(f"/api/transfers/{each}/confirm", {})[0]))
        for each in ids
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_orders_at_once_do_not_spend_money_twice(network: Any, bank: Any) -> None:
    """Of eight confirmations at the same time as many succeed as the balance pays."""
    assert network.client(race, bank.address, 8) == [200] * 2 + [409] * 6
    assert balances(bank)["100-2"] == 10_000


def test_seeds_and_probes_without_sense_are_refused(bank: Any) -> None:
    """The text says what is wrong."""
    for data, text in [({"ledger": [{"number": "1", "balance": 1.5}]}, "no whole number"),
                       ({"bills": [{"id": "B", "account": "x"}]}, "there is no account 'x'"),
                       ({"policy": {"confirmation": "prayer"}}, "policy 'confirmation'")]:  # fmt: skip
        with pytest.raises(EngineError, match=text):
            bank.seed(data)
    with pytest.raises(EngineError, match="a probe of bank is"):
        bank.probe(weather={})
    with pytest.raises(EngineError, match="there is no account '5'"):
        bank.probe(account="5")
