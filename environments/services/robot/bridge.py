"""A WebSocket that speaks the rosbridge protocol, so that clients of ROS drive the scene's robots.

Source: rosbridge v2.0 Protocol Specification (RobotWebTools/rosbridge_suite, ROSBRIDGE_PROTOCOL.md): advertise,
unadvertise, publish, subscribe, unsubscribe, call_service, service_response, status, set_level.
"""

import asyncio
import http
import json
import threading
import time

import websockets
from graph import Graph
from hiyari_control import own_address
from messages import plain_type
from robots import Refused

PORT = 9090
CLIENTS_LIMIT = 16
MESSAGE_LIMIT = 1 << 18
QUEUE_LIMIT = 1000
"""Messages that a client who does not read is owed; then the oldest are dropped."""
LEVELS = ("none", "error", "warning", "info")
PACE = 0.05
"""Wall seconds between two advances at the pace of the wall clock."""


class Bridge:
    """Listens on the service's own address.

    Args:
        control: The control stream.
        robots: The scene's robots.
        account: Function of an Authorization header: the account it stands for, or None.
        may: Function of an account and a robot: whether it may command it.
    """

    def __init__(self, control, robots, account, may):
        self.control, self.robots, self.account, self.may = control, robots, account, may
        self.graph = Graph(robots)
        self.clients = set()
        self._pace = "lockstep"
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="rosbridge", daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    def restart(self, pace, robot):
        """End all connections; the next see the world of a new seed."""
        self._pace = pace
        self.graph.restart(robot)
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result(10)

    async def elsewhere(self, function, *arguments, **named):
        """Call what waits for the scene without holding up the other clients."""
        return await self._loop.run_in_executor(None, lambda: function(*arguments, **named))

    async def _start(self):
        await websockets.serve(
            self._serve, own_address(), PORT, process_request=self._admit, max_size=MESSAGE_LIMIT, ping_interval=None
        )
        self._pacing = asyncio.ensure_future(self._keep_pace())

    async def _end_all(self):
        for client in list(self.clients):
            await client.socket.close()

    async def _admit(self, path, headers):
        if len(self.clients) >= CLIENTS_LIMIT:
            return http.HTTPStatus.SERVICE_UNAVAILABLE, [], b"too many clients\n"
        if self.account(headers.get("Authorization", "")) is None:
            self.control.request("", "login.refused", {"path": f"rosbridge {path}"[:200]}, allowed=False)
            return http.HTTPStatus.UNAUTHORIZED, [], b"a bearer token is needed\n"
        return None

    async def _serve(self, socket):
        client = Client(self, socket, self.account(socket.request_headers.get("Authorization", "")))
        self.clients.add(client)
        self.control.request(client.account["name"], "rosbridge.connect", {})
        writing = asyncio.ensure_future(client.write())
        try:
            async for text in socket:
                await client.take(text)
        except websockets.ConnectionClosed:
            pass
        finally:
            self.clients.discard(client)
            self.robots.listen(client, None)
            writing.cancel()

    async def _keep_pace(self):
        """Let the scene run on with the wall clock while somebody is connected, if the seed says so."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(PACE)
            now = time.monotonic()
            passed, last = now - last, now
            if self._pace == "wall" and self.clients:
                try:
                    # Not what passed while nobody answered: between two calls of the agent its programs stand still.
                    await self.elsewhere(self.robots.ask, "robot.wait", seconds=min(passed, 4 * PACE), cost=0.0)
                except Refused:
                    continue
                last = max(last, time.monotonic() - 4 * PACE)


class Client:
    """One connection."""

    def __init__(self, bridge, socket, account):
        self.bridge, self.socket, self.account = bridge, socket, account
        self._loop = asyncio.get_running_loop()
        self._owed = asyncio.Queue()
        self._level = "error"
        self._advertised = set()
        self._subscribed = {}

    async def write(self):
        """Send what is owed until the connection ends."""
        try:
            while True:
                await self.socket.send(json.dumps(await self._owed.get(), ensure_ascii=False))
        except websockets.ConnectionClosed:
            return

    async def take(self, text):
        """Carry out one message."""
        try:
            message = json.loads(text)
            operation = OPERATIONS[message["op"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            known = ", ".join(OPERATIONS)
            self._status("error", f"a message is a JSON object whose op is one of {known}", None)
            return
        try:
            await operation(self, message)
        except (Refused, ValueError, LookupError) as error:
            self._status("error", f"{message['op']}: {error.args[0] if error.args else error}", message.get("id"))

    async def set_level(self, message):
        if message.get("level") in LEVELS:
            self._level = message["level"]

    async def advertise(self, message):
        topic = await self.bridge.elsewhere(self.bridge.graph.topic, message.get("topic"))
        if plain_type(message.get("type")) != topic.type:
            raise ValueError(f"{topic.name} is of type {topic.type}")
        self._advertised.add(topic.name)

    async def unadvertise(self, message):
        if message.get("topic") not in self._advertised:
            self._status("warning", f"{str(message.get('topic'))[:200]} is not advertised", message.get("id"))
        self._advertised.discard(message.get("topic"))

    async def publish(self, message):
        topic = await self.bridge.elsewhere(self.bridge.graph.topic, message.get("topic"))
        velocity = topic.velocity(message.get("msg"))
        detail = {"robot": topic.robot, "topic": topic.name, **{key: str(value) for key, value in velocity.items()}}
        await self._command("robot.velocity", topic.robot, detail, velocity)

    async def subscribe(self, message):
        topic = await self.bridge.elsewhere(self.bridge.graph.topic, message.get("topic"))
        wanted = message.get("type")
        if wanted and plain_type(wanted) != topic.type:
            raise ValueError(f"{topic.name} is of type {topic.type}")
        if message.get("compression") not in (None, "", "none"):
            raise ValueError("messages are sent without compression")
        every = message.get("throttle_rate") or 0
        if isinstance(every, bool) or not isinstance(every, (int, float)):
            raise ValueError("throttle_rate is milliseconds")
        key = (topic.name, str(message.get("id") or ""))
        self._subscribed[key] = {"topic": topic, "type": wanted or topic.type, "every": every / 1000, "last": None}
        self.bridge.robots.listen(self, self._hear)
        self.bridge.control.request(self.account["name"], "rosbridge.subscribe", {"topic": topic.name})
        await self.bridge.elsewhere(self.bridge.robots.ask, "robot.list")

    async def unsubscribe(self, message):
        name, key = message.get("topic"), str(message.get("id") or "")
        ended = [each for each in self._subscribed if each[0] == name and key in ("", each[1])]
        for each in ended:
            self._subscribed.pop(each)
        if not self._subscribed:
            self.bridge.robots.listen(self, None)

    async def call_service(self, message):
        name, arguments = message.get("service"), message.get("args")
        found, result = {}, True
        try:
            service = await self.bridge.elsewhere(self.bridge.graph.service, name)
            arguments = service.named(arguments)
            if service.operation:
                detail = {"robot": service.robot, "service": service.name, "arguments": str(arguments)[:500]}
                request = {"name": service.skill, "arguments": arguments} if service.skill else arguments
                answer = await self._command(service.operation, service.robot, detail, request)
                found = {"success": True, "message": answer.get("text", ""), "time": answer["time"]}
            else:
                found = await self.bridge.elsewhere(service.look_up, arguments)
        except (Refused, ValueError, LookupError) as error:
            found, result = str(error.args[0] if error.args else error), False
        reply = {"op": "service_response", "service": str(name)[:200], "values": found, "result": result}
        self._owe(reply | ({"id": message["id"]} if "id" in message else {}))

    async def _command(self, operation, robot, detail, request):
        name = self.account["name"]
        if robot and not self.bridge.may(self.account, robot):
            self.bridge.control.request(name, operation, detail, allowed=False)
            raise Refused(f"this account may not command {robot}", 403)
        asked = {**request, **({"robot": robot} if robot else {})}
        try:
            answer = await self.bridge.elsewhere(self.bridge.robots.ask, operation, name, **asked)
        except Refused as error:
            self.bridge.control.request(name, operation, {**detail, "why": str(error)[:500]}, allowed=False)
            raise
        self.bridge.control.request(name, operation, detail)
        return answer

    def _hear(self, state):
        self._loop.call_soon_threadsafe(self._tell, state)

    def _tell(self, state):
        # Of several subscriptions to a topic the quickest counts.
        for name in dict.fromkeys(key[0] for key in self._subscribed):
            those = [each for key, each in self._subscribed.items() if key[0] == name]
            if all(each["last"] is not None and state["time"] - each["last"] < each["every"] - 1e-9 for each in those):
                continue
            for each in those:
                each["last"] = state["time"]
            message = those[0]["topic"].message(state, those[0]["type"])
            if message is not None:
                self._owe({"op": "publish", "topic": name, "msg": message})

    def _status(self, level, text, number):
        if LEVELS.index(level) <= LEVELS.index(self._level):
            status = {"op": "status", "level": level, "msg": text[:2000]}
            self._owe(status | ({} if number is None else {"id": number}))

    def _owe(self, message):
        if self._owed.qsize() >= QUEUE_LIMIT:
            self._owed.get_nowait()
        self._owed.put_nowait(message)


OPERATIONS = {
    "set_level": Client.set_level,
    "advertise": Client.advertise,
    "unadvertise": Client.unadvertise,
    "publish": Client.publish,
    "subscribe": Client.subscribe,
    "unsubscribe": Client.unsubscribe,
    "call_service": Client.call_service,
}
