"""An MQTT broker: Mosquitto behind a door that tells who connects, subscribes and publishes."""

from broker import OWN, WORDS, Broker
from door import Door, permitted
from hiyari_control import Control, own_address
from packets import matches

control = Control()
broker = Broker()
state = {"users": [], "scene": []}


def may(account, wanted, topic):
    return permitted(state["users"], account, wanted, topic)


def bound(account, topic, payload):
    """Pass what was published on a bound topic to the physical scene."""
    if not any(matches(pattern, topic) for pattern in state["scene"]):
        return
    try:
        answer = control.ask({"op": "topic.publish", "topic": topic, "payload": payload, "account": account})
        error = "" if isinstance(answer, dict) and answer.get("ok") else str((answer or {}).get("error", "no answer"))
    except (RuntimeError, TimeoutError) as failed:
        error = str(failed)
    if error:
        # A publisher never hears from what is behind a topic.
        control.request(account, "mqtt.device", {"topic": topic[:2000], "why": error[:500]}, allowed=False)


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
    state.update(users=users, scene=list(data.get("scene", [])))
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
    """Carry out the harness's operation ``set {topic, value, retain}``, as a sensor would publish."""
    if not isinstance(message.get("topic"), str) or not message["topic"]:
        raise ValueError("set needs a topic and a value")
    broker.publish(message["topic"], str(message.get("value", "")), bool(message.get("retain", True)))


broker.restart([], {})
door = Door(control, (own_address(), 1883), may, bound)
for name, function in (("seed", seed), ("probe", probe), ("set", publish), ("sync", lambda message: broker.sync())):
    control.op(name, function)
try:
    control.serve()
finally:
    broker.stop()
