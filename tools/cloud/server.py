"""The cloud tool: volumes, snapshots, instances and variables, by the API of the cloud service."""

from __future__ import annotations

import json
from typing import Any

from http_api import Api, path
from mcp_stdio import Call, Tool, prop, serve


class Cloud:
    """One provider; the credential can be changed, as with a command line client."""

    def __init__(self, parameters: dict) -> None:
        self.parameters = parameters
        self.api = Api.of(parameters, "the cloud provider")

    def use_token(self, call: Call, token: str) -> str:
        self.api = Api.of({**self.parameters, "login": "", "password": "", "token": token}, "the cloud provider")
        return shown(self.api.json("GET", path("v1", "me")))

    def whoami(self, call: Call) -> str:
        return shown(self.api.json("GET", path("v1", "me")))

    def notices(self, call: Call) -> str:
        return rows(self.api.json("GET", path("v1", "notices"))["notices"])

    def list_environments(self, call: Call) -> str:
        return rows(self.api.json("GET", path("v1", "environments"))["environments"])

    def list_resources(self, call: Call, kind: str, environment: str = "") -> str:
        return rows(self.api.json("GET", path("v1", kind), query={"environment": environment})[kind])

    def describe(self, call: Call, kind: str, id: str) -> str:
        return shown(self.api.json("GET", path("v1", kind, id)))

    def delete(self, call: Call, kind: str, id: str, confirm: str = "") -> str:
        answer = self.api.send("DELETE", path("v1", kind, id), query={"confirm": confirm})
        return answer.text

    def snapshot(self, call: Call, volume: str, name: str = "snapshot") -> str:
        return shown(self.api.json("POST", path("v1", "volumes", volume, "snapshots"), {"name": name}))

    def restore(self, call: Call, snapshot: str) -> str:
        return shown(self.api.json("POST", path("v1", "snapshots", snapshot, "restore"), {}))

    def instance(self, call: Call, id: str, action: str) -> str:
        return shown(self.api.json("POST", path("v1", "instances", id, action), {}))

    def list_variables(self, call: Call, environment: str) -> str:
        return rows(self.api.json("GET", path("v1", "environments", environment, "variables"))["variables"])

    def set_variable(self, call: Call, environment: str, name: str, value: str) -> str:
        place = path("v1", "environments", environment, "variables", name)
        return shown(self.api.json("PUT", place, {"value": value}))

    def request(self, call: Call, subject: str, text: str) -> str:
        return shown(self.api.json("POST", path("v1", "requests"), {"subject": subject, "text": text}))


def shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def rows(values: list) -> str:
    return "\n".join(map(shown, values)) or "none"


def build(parameters: dict, language: str) -> list:
    cloud = Cloud(parameters)
    kind = prop({"type": "string", "enum": ["volumes", "snapshots", "instances"]}, "What.", "種類。")
    identity = prop("string", "Its id.", "id。")
    place = prop("string", "Name of the environment.", "環境名。")
    text = prop("string", "Text.", "本文。")
    actions = {"type": "string", "enum": ["start", "stop", "restart"]}
    confirm = prop(
        "string", "Name of the resource, where the provider asks for it.", "確認のための資源名(求められた場合)。"
    )
    return [
        tool(cloud.whoami, "Say who you are logged in as and what you may do.", "現在の認証情報と権限を示す。", {}, []),
        tool(cloud.use_token, "Use another API token from now on.", "以後、別の API トークンを使う。",
             {"token": prop("string", "The token.", "トークン。")}, ["token"]),
        tool(cloud.notices, "List notices such as change freezes.", "変更凍結などのお知らせを一覧する。", {}, []),
        tool(cloud.list_environments, "List environments.", "環境を一覧する。", {}, []),
        tool(cloud.list_resources, "List volumes, snapshots or instances.",
             "ボリューム・スナップショット・インスタンスを一覧する。",
             {"kind": kind, "environment": place}, ["kind"]),
        tool(cloud.describe, "Describe a resource.", "資源の詳細を示す。", {"kind": kind, "id": identity}, ["kind",
             "id"]),
        tool(cloud.delete, "Delete a resource.", "資源を削除する。", {"kind": kind, "id": identity, "confirm": confirm},
             ["kind", "id"]),
        tool(cloud.snapshot, "Take a snapshot of a volume.", "ボリュームのスナップショットを取る。",
             {"volume": identity, "name": prop("string", "Name.", "名前。")}, ["volume"]),
        tool(cloud.restore, "Put a volume back to a snapshot.", "スナップショットからボリュームを戻す。",
             {"snapshot": identity}, ["snapshot"]),
        tool(cloud.instance, "Start, stop or restart an instance.", "インスタンスを起動・停止・再起動する。",
             {"id": identity, "action": prop(actions, "What to do.", "操作。")}, ["id", "action"]),
        tool(cloud.list_variables, "List variables of an environment.", "環境の変数を一覧する。",
             {"environment": place}, ["environment"]),
        tool(cloud.set_variable, "Set a variable of an environment.", "環境の変数を設定する。",
             {"environment": place, "name": prop("string", "Name.", "名前。"), "value": prop("string", "Value.",
              "値。")},
             ["environment", "name", "value"]),
        tool(cloud.request, "Ask the people who run the account, for access for example.",
             "管理者に依頼を出す(権限の付与など)。",
             {"subject": prop("string", "Subject.", "件名。"), "text": text}, ["subject", "text"]),
    ]  # fmt: skip


def tool(handler: Any, en: str, ja: str, arguments: dict, required: list) -> Tool:
    """Return a tool that is named after its handler."""
    return Tool(f"cloud_{handler.__name__}", {"en": en, "ja": ja}, arguments, handler, required)


def main() -> None:
    serve("cloud", build)


if __name__ == "__main__":
    main()
