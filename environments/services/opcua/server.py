"""An OPC UA server: its tags as variables, by asyncua; log-ins, reads and writes are told."""

import asyncio
import logging
import threading
from pathlib import Path

from asyncua import Server, ua
from asyncua.common.callback import CallbackType
from asyncua.crypto.permission_rules import User, UserRole
from hiyari_control import Control, own_address
from nodes import Nodes, alias
from tags import Tags

FIELDS = {"writable": False}
ACCESS = ("none", "read", "write")
STANDARD = Path("/opt/hiyari/standard")
"""Shelf of the standard's nodes, made by ``standard.py`` when the image was built."""

control = Control()
tags = Tags(control, FIELDS, alias)
state = {"users": {}, "anonymous": "none"}


class Users:
    """Who may log in."""

    def get_user(self, iserver, username=None, password=None, certificate=None):
        user = state["users"].get(username)
        anonymous = username is None and state["anonymous"] != "none"
        allowed = anonymous or (user is not None and user["password"] == password)
        control.request(str(username or "")[:200], "opcua.login", {"anonymous": username is None}, allowed=allowed)
        return User(role=UserRole.User, name=username) if allowed else None


def may_write(account):
    access = state["users"].get(account, {}).get("access", "write") if account else state["anonymous"]
    return access == "write"


class Plant:
    """The server, in a loop of its own thread."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.run(self._start())

    def run(self, coroutine, timeout=30):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout)

    async def _start(self):
        server = Server(user_manager=Users())
        await server.init(STANDARD)
        server.set_endpoint(f"opc.tcp://{own_address()}:4840/")
        server.set_server_name("Plant")
        # Who listens on the wire of the pod is the harness alone; a certificate would differ from run to run.
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.set_identity_tokens([ua.AnonymousIdentityToken, ua.UserNameIdentityToken])
        self.nodes = Nodes(server, tags, control, may_write)
        await self.nodes.replace("Tags")
        await server.start()
        server.iserver.attribute_service = self.nodes
        server.subscribe_server_callback(CallbackType.PreRead, self.nodes.before_read)


def seed(message):
    data = message.get("data") or {}
    users = {user["login"]: user for user in data.get("users", [])}
    anonymous = data.get("anonymous", "none")
    for name, access in (
        ("anonymous", anonymous),
        *((login, user.get("access", "write")) for login, user in users.items()),
    ):
        if access not in ACCESS:
            raise ValueError(f"{name}: access is one of {', '.join(ACCESS)}, not {access!r}")
    tags.replace(data.get("tags", []), data.get("random", 0))
    state.update(users=users, anonymous=anonymous)
    plant.run(plant.nodes.replace(str(data.get("folder", "Tags"))))


def probe(message):
    query = message.get("query") or {}
    if "tag" in query:
        return tags.get(query["tag"])["value"]
    if "tags" in query:
        return {tag["name"]: tag["value"] for tag in tags.all()}
    raise LookupError('a probe of opcua is {"tag": name} or {"tags": {}}')


def put(message):
    plant.run(plant.nodes.show(tags.set(message)))


# What a client does wrong is no error of ours.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)
plant = Plant()
for name, function in (("seed", seed), ("probe", probe), ("set", put)):
    control.op(name, function)
control.serve()
