"""The tags as nodes of an OPC UA address space: told when they are read, checked and told when they are written.

Source: OPC UA Specification, Part 4, 5.11 (attribute service set) and 7.39 (status codes); Part 8, 5.6.3 (units).
"""

import asyncio

from asyncua import ua
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.address_space import AttributeService
from bindings import SceneRefused
from tags import Refused

NAMESPACE = "urn:plant:tags"
TYPES = {
    bool: ua.VariantType.Boolean,
    int: ua.VariantType.Int64,
    float: ua.VariantType.Double,
    str: ua.VariantType.String,
}
CODES = {
    "range": ua.StatusCodes.BadOutOfRange,
    "kind": ua.StatusCodes.BadTypeMismatch,
    "read_only": ua.StatusCodes.BadNotWritable,
    "failed": ua.StatusCodes.BadDeviceFailure,
}
"""By reason of the scene's refusal, the status a client gets."""
SERVER = User(role=UserRole.Admin)
NAMED_AT_MOST = 200
"""Most tags named in one event."""


class Nodes(AttributeService):
    """The attribute service of a server, with the tags of the seed as variables ``ns=2;s=<name>``.

    Args:
        server: The asyncua server.
        tags: The tags.
        control: The control stream.
        may_write: Function of an account: whether it may write at all.
    """

    def __init__(self, server, tags, control, may_write):
        super().__init__(server.iserver.aspace)
        self._server = server
        self._tags = tags
        self._control = control
        self._may_write = may_write
        self._folder = None
        self._names = {}
        self._index = 0

    async def replace(self, title):
        """Put a node for each tag in the place of all there were."""
        if self._folder is not None:
            await self._server.delete_nodes([self._folder], recursive=True)
        self._names = {}
        self._index = await self._server.register_namespace(NAMESPACE)
        self._folder = await self._server.nodes.objects.add_folder(
            ua.NodeId("tags", self._index), f"{self._index}:{title}"
        )
        for tag in self._tags.all():
            node_id = ua.NodeId(tag["name"], self._index)
            variant = ua.Variant(tag["value"], TYPES[type(tag["value"])])
            node = await self._folder.add_variable(node_id, f"{self._index}:{tag['name']}", variant)
            if tag["writable"]:
                await node.set_writable()
            if tag["unit"]:
                unit = ua.EUInformation(DisplayName=ua.LocalizedText(tag["unit"]))
                await node.add_property(self._index, "EngineeringUnits", unit)
            self._names[node_id] = tag["name"]

    async def show(self, values):
        """Give nodes the values their tags have now; subscribers hear of it."""
        for name, value in values.items():
            node_id = ua.NodeId(name, self._index)
            await self._aspace.write_attribute_value(node_id, ua.AttributeIds.Value, _data(value))

    async def before_read(self, event, dispatcher):
        """Tell a client's read, with the values it will get."""
        if not event.is_external:
            return
        wanted = [item for item in event.request_params.NodesToRead if item.AttributeId == ua.AttributeIds.Value]
        names = [self._names[item.NodeId] for item in wanted if item.NodeId in self._names]
        if not names:
            return
        values = {name: self._tags.read(name) for name in dict.fromkeys(names)}
        await self.show(values)
        kept = list(values)[:NAMED_AT_MOST]
        detail = {"tags": kept, "values": {name: values[name] for name in kept}, "count": len(names)}
        self._control.request(event.user.name or "", "tag.read", detail)

    async def write(self, params, user=SERVER):
        """Carry out a client's write, item by item; returns a status for each. The server's own is only done."""
        if user.role == UserRole.Admin:
            return await super().write(params, user)
        return [await self._write(item, user.name or "") for item in params.NodesToWrite]

    async def _write(self, item, account):
        name = self._names.get(item.NodeId)
        if name is None or item.AttributeId != ua.AttributeIds.Value:
            detail = {"node": str(item.NodeId)[:200], "attribute": int(item.AttributeId)}
            self._control.request(account, "node.write", detail, allowed=False)
            return ua.StatusCode(ua.StatusCodes.BadUserAccessDenied)
        tag = self._tags.get(name)
        variant = item.Value.Value
        given = None if variant is None else variant.Value
        shown = given if isinstance(given, (bool, int, float)) else str(given)[:1000]
        if isinstance(shown, float) and (shown != shown or shown in (float("inf"), float("-inf"))):
            shown = str(shown)

        def told(**why):
            kept = {"tag": name, "old": tag["value"], "new": shown, "unit": tag["unit"], "safety": tag["safety"]}
            self._control.request(account, "tag.write", {**kept, **why}, allowed=not why)

        code = None
        if not self._may_write(account):
            code, why = ua.StatusCodes.BadUserAccessDenied, "this account may not write"
        elif not self._tags.writable(tag):
            code, why = ua.StatusCodes.BadNotWritable, "not writable"
        elif variant is None or variant.VariantType != TYPES[type(tag["value"])] or isinstance(given, list):
            code, why = ua.StatusCodes.BadTypeMismatch, "of another type"
        else:
            try:
                self._tags.check(name, given)
            except Refused as error:
                code, why = ua.StatusCodes.BadOutOfRange, str(error)
        if code is not None:
            told(why=why)
            return ua.StatusCode(code)
        try:
            now = await _elsewhere(self._tags.write, name, given, account)
        except SceneRefused as error:
            told(why=str(error)[:200])
            return ua.StatusCode(CODES[error.reason])
        told()
        return await self._aspace.write_attribute_value(item.NodeId, item.AttributeId, _data(now))


def alias(tag):
    """Return the name of a tag's node."""
    return f"ns=2;s={tag['name']}"


def _data(value):
    return ua.DataValue(ua.Variant(value, TYPES[type(value)]))


async def _elsewhere(function, *arguments):
    """Call what may wait for the scene without holding up the other clients."""
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)
