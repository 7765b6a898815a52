"""An MQTT broker: Mosquitto behind a door that tells who connects, subscribes and publishes."""

import json
import math

from bindings import Bindings, SceneRefused
from broker import OWN, WORDS, Broker
from door import Door, permitted
from hiyari_control import Control, own_address
from packets import matches

SWITCHES = {"true": True, "on": True, "false": False, "off": False}

control = Control()
broker = Broker()
state = {"users": []}


def may(account, wanted, topic):
    return permitted(state["users"], account, wanted, topic)


def bindable(topic):
    if not topic or "+" in topic or "#" in topic:
        raise LookupError(f"{topic[:200]!r} is no topic to publish on: a topic is bound, not a filter")
    return topic, "any"


def meant(payload):
    """Return the value that a payload on a bound topic means: a switch, a number, or text."""
    word = payload.strip()
    if word.lower() in SWITCHES:
        return SWITCHES[word.lower()]
    try:
        number = float(word)
    except ValueError:
        return payload
    return number if math.isfinite(number) else payload


def bound(account, topic, payload):
    """Have the scene take what was published on a bound topic."""
    if topic not in bindings:
        return
    try:
        bindings.write(topic, meant(payload), account)
    except SceneRefused as error:
        # A publisher never hears from what is behind a topic.
        control.request(account, "mqtt.device", {"topic": topic[:2000], "why": str(error)}, allowed=False)


def seed(message):
    data = message.get("data") or {}
    users = list(data.get("users", []))
    for user in users:
        login = user["login"]
        if not login or login == OWN or any(ord(character) < 33 or character == ":" for character in login):
            raise ValueError(f"{login!r} cannot be a login")
        for topic in user.get("topics", []):
            if topic.get("access") not in WORDS:
                raise ValueError(f"user {login!r}: access is read, write or both, not {topic.get('access')!r}")
            if not topic.get("pattern") or "\n" in topic["pattern"]:
                raise ValueError(f"user {login!r}: {topic.get('pattern')!r} is no topic filter")
    state.update(users=users)
    bindings.clear()
    door.end_sessions()
    broker.restart(users, {topic: str(payload) for topic, payload in data.get("retained", {}).items()})


def probe(message):
    query = message.get("query") or {}
    broker.sync()
    if "last" in query:
        if query["last"] not in broker.last:
            raise LookupError(f"nothing was published on {query['last']!r}")
        return broker.last[query["last"]]
    if "topics" in query:
        return dict(broker.last)
    if "messages" in query:
        return [each for each in broker.messages if matches(query["messages"], each["topic"])]
    raise LookupError('a probe of mqtt is {"last": topic}, {"topics": {}} or {"messages": topic filter}')


def publish(message):
    """Carry out the harness's operation ``set``, as a sensor publishes: ``{topic, value, retain}``, ``{values}``."""
    values = message["values"] if "values" in message else {message.get("topic"): message.get("value", "")}
    for topic, value in values.items():
        if not isinstance(topic, str) or not topic:
            raise ValueError("set needs a topic and a value")
        payload = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        broker.publish(topic, payload, bool(message.get("retain", True)))


bindings = Bindings(control, bindable)
broker.restart([], {})
door = Door(control, (own_address(), 1883), may, bound)
for name, function in (("seed", seed), ("probe", probe), ("set", publish), ("sync", lambda message: broker.sync())):
    control.op(name, function)
try:
    control.serve()
finally:
    broker.stop()
