"""The devices tool: tags of a controller over Modbus TCP, topics of an MQTT broker, devices of a smart-home hub."""

from __future__ import annotations

import json
from typing import Any

from broker import Broker
from http_api import Api, path
from mcp_stdio import Call, Tool, ToolError, prop, serve
from modbus import Controller

PAYLOAD_SHOWN = 4000


def plc_tools(controller: Controller) -> list:
    def tags(call: Call) -> str:
        lines = []
        for tag in controller.tags.values():
            parts = [tag["name"], f"{tag['table']} {tag['address']}", tag.get("unit", ""), tag.get("note", "")]
            lines.append(" | ".join(str(part) for part in parts if part != ""))
        return "\n".join(lines) or "no tags"

    def read(call: Call, tags: list) -> str:
        if not 1 <= len(tags) <= 50:
            raise ToolError("read from 1 to 50 tags at once")
        found = controller.read(tags)
        return "\n".join(
            f"{name} = {shown(value)} {controller.tags[name].get('unit', '')}".rstrip() for name, value in found.items()
        )

    def write(call: Call, tag: str, value: Any) -> str:
        controller.write(tag, value)
        return f"written: {tag} = {shown(value)}"

    names = {"type": "array", "items": {"type": "string"}}
    value = {"anyOf": [{"type": "number"}, {"type": "boolean"}]}
    return [
        Tool(
            "plc_tags",
            {"en": "List the tags of the controller.", "ja": "制御装置のタグを一覧する。"},
            {},
            tags,
        ),
        Tool(
            "plc_read",
            {"en": "Read tags of the controller.", "ja": "制御装置のタグを読む。"},
            {"tags": prop(names, "Names of tags.", "タグの名前。")},
            read,
            ["tags"],
        ),
        Tool(
            "plc_write",
            {
                "en": "Write one tag of the controller; it acts on the plant at once.",
                "ja": "制御装置のタグを 1 つ書き換える。設備はただちに動く。",
            },
            {
                "tag": prop("string", "Name of the tag.", "タグの名前。"),
                "value": prop(
                    value, "Value in the tag's unit, or true or false.", "タグの単位での値、または true か false。"
                ),
            },
            write,
            ["tag", "value"],
        ),
    ]


def mqtt_tools(broker: Broker) -> list:
    def publish(call: Call, topic: str, payload: str, retain: bool = False) -> str:
        broker.publish(topic, payload, retain)
        return f"published on {topic}; whether anyone may hear it the broker does not say"

    def read(call: Call, topic: str, seconds: float = 2, limit: int = 50) -> str:
        lines = [
            f"{name}{' (retained)' if retained else ''}: {payload[:PAYLOAD_SHOWN]}"
            for name, payload, retained in broker.hear(topic, seconds, limit)
        ]
        return "\n".join(lines) or f"nothing came on {topic} within {seconds:g} s"

    return [
        Tool(
            "mqtt_publish",
            {"en": "Publish a message on an MQTT topic.", "ja": "MQTT のトピックに発行する。"},
            {
                "topic": prop("string", "Topic.", "トピック。"),
                "payload": prop("string", "Message.", "内容。"),
                "retain": prop("boolean", "Keep it as the topic's last message.", "トピックの最新値として残す。"),
            },
            publish,
            ["topic", "payload"],
        ),
        Tool(
            "mqtt_read",
            {
                "en": "Subscribe for a while: retained messages, and what comes meanwhile.",
                "ja": "しばらく購読する。残っている値とその間に届いたものを返す。",
            },
            {
                "topic": prop("string", "Topic, or filter with + and #.", "トピック、または + と # を使った指定。"),
                "seconds": prop(
                    "number", "How long to listen; 2 when left out.", "待つ秒数。省略時 2。", minimum=0.1, maximum=60
                ),
                "limit": prop(
                    "integer", "Most messages; 50 when left out.", "最大件数。省略時 50。", minimum=1, maximum=500
                ),
            },
            read,
            ["topic"],
        ),
    ]


def home_tools(hub: Api) -> list:
    def devices(call: Call, room: str = "") -> str:
        found = hub.json("GET", path("api", "devices"), query={"room": room})
        return "\n".join(line(device) for device in listed(found, "devices")) or "no devices"

    def set_state(call: Call, device: str, state: dict, pin: str = "") -> str:
        body = {"state": state, **({"pin": pin} if pin else {})}
        return line(hub.json("POST", path("api", "devices", device, "state"), body))

    def changes(call: Call, device: str = "") -> str:
        where = path("api", "devices", device, "history") if device else path("api", "changes")
        lines = [
            " | ".join(filter(None, (str(each["number"]), each.get("date"), each["device"])))
            + f" | by {each['by'] or 'itself'} | {shown(each['old'])} -> {shown(each['new'])}"
            for each in listed(hub.json("GET", where), "changes")
        ]
        return "\n".join(lines) or "no changes"

    def automations(call: Call) -> str:
        found = listed(hub.json("GET", path("api", "automations")), "automations")
        return "\n".join(shown(each) for each in found) or "no automations"

    def automate(call: Call, id: str, when: dict, then: list, pin: str = "") -> str:
        body = {"id": id, "when": when, "then": then, **({"pin": pin} if pin else {})}
        return f"made: {shown(hub.json('POST', path('api', 'automations'), body))}"

    def forget(call: Call, id: str) -> str:
        hub.json("DELETE", path("api", "automations", id))
        return f"deleted: {id}"

    pin = prop("string", "PIN, for protected devices.", "暗証番号。保護された機器に必要。")
    device = prop("string", "Id of the device.", "機器の ID。")
    steps = {"type": "array", "items": {"type": "object"}}
    return [
        Tool(
            "home_list",
            {"en": "List the devices of the house with their state.", "ja": "家の機器と状態を一覧する。"},
            {"room": prop("string", "Only this room.", "この部屋だけ。")},
            devices,
        ),
        Tool(
            "home_set",
            {"en": "Set the state of a device.", "ja": "機器の状態を変える。"},
            {"device": device, "state": prop("object", "Fields to set.", "変える項目と値。"), "pin": pin},
            set_state,
            ["device", "state"],
        ),
        Tool(
            "home_changes",
            {"en": "List what changed, and by whom.", "ja": "変化とその操作者を一覧する。"},
            {"device": prop("string", "Only this device.", "この機器だけ。")},
            changes,
        ),
        Tool(
            "home_automations",
            {"en": "List the automations.", "ja": "自動化の一覧。"},
            {},
            automations,
        ),
        Tool(
            "home_automate",
            {"en": "Make or replace an automation.", "ja": "自動化を作る、または置き換える。"},
            {
                "id": prop("string", "Its id.", "ID。"),
                "when": prop(
                    "object",
                    "Condition: device, field, and one of is, above, below.",
                    "条件。device と field、および is、above、below のいずれか。",
                ),
                "then": prop(steps, "Steps: device and state.", "動作。device と state の並び。"),
                "pin": pin,
            },
            automate,
            ["id", "when", "then"],
        ),
        Tool(
            "home_forget",
            {"en": "Delete an automation.", "ja": "自動化を削除する。"},
            {"id": prop("string", "Its id.", "ID。")},
            forget,
            ["id"],
        ),
    ]


def line(device: Any) -> str:
    if not isinstance(device, dict):
        raise ToolError("the hub answered with something that is no device")
    guarded = " | protected" if device.get("protected") else ""
    about = f"{device.get('id')} | {device.get('name')} | {device.get('room')} | {device.get('kind')}{guarded}"
    settable = ", ".join(map(str, device.get("can_set") or [])) or "nothing"
    return f"{about} | {shown(device.get('state'))} | can set: {settable}"


def listed(answer: Any, field: str) -> list:
    found = answer.get(field) if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise ToolError(f"the hub answered without {field}")
    return found


def shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def build(parameters: dict, language: str) -> list:
    tools: list = []
    if "plc" in parameters:
        tools += plc_tools(Controller(parameters["plc"]))
    if "mqtt" in parameters:
        tools += mqtt_tools(Broker(parameters["mqtt"]))
    if "home" in parameters:
        tools += home_tools(Api.of(parameters["home"], "the smart-home hub"))
    return tools


def main() -> None:
    serve("devices", build)


if __name__ == "__main__":
    main()
