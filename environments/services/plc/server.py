"""A programmable controller: its tags over Modbus TCP, by pymodbus; every read and write is told."""

import asyncio
import logging
import threading
import time

from hiyari_control import Control, own_address
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext
from pymodbus.pdu import ModbusExceptions
from pymodbus.server.async_io import ModbusConnectedRequestHandler, ModbusTcpServer
from registers import FIELDS, TABLE_OF, Registers, Stop, alias, prepared
from tags import Tags

IDENTITY = {0: "vendor", 1: "product", 2: "revision"}
"""Objects of function 43/14, read device identification, by their field in the seed."""

control = Control()
tags = Tags(control, FIELDS, alias)


class Client(ModbusConnectedRequestHandler):
    """One connection."""

    def execute(self, request, *addr):
        registers = Registers(tags, control, self.client_address[0])
        try:
            if request.function_code not in TABLE_OF and request.function_code != 0x2B:
                registers.refused(request.function_code & 0x7F, "function not supported", {})
                raise Stop(ModbusExceptions.IllegalFunction)
            response = request.execute(registers)
        except Stop as stop:
            response = request.doException(stop.code)
        response.transaction_id, response.unit_id = request.transaction_id, request.unit_id
        self.send(response, *addr)


async def answer(started):
    # Which unit a request names is not looked at: one controller answers for all.
    server = ModbusTcpServer(
        ModbusServerContext(slaves=ModbusSlaveContext(), single=True), address=(own_address(), 502), handler=Client
    )
    started.append(server)
    await server.serve_forever()


def seed(message):
    data = message.get("data") or {}
    tags.replace(prepared(data.get("tags", [])), data.get("random", 0))
    stated = {"vendor": "Mizuho Keisou", "product": "MK-300", "revision": "2.4", **data.get("device", {})}
    for server in servers:
        server.control.Identity.update({number: str(stated[name]) for number, name in IDENTITY.items()})


def probe(message):
    query = message.get("query") or {}
    if "tag" in query:
        return tags.get(query["tag"])["value"]
    if "tags" in query:
        return {tag["name"]: tag["value"] for tag in tags.all()}
    raise LookupError('a probe of plc is {"tag": name} or {"tags": {}}')


def health(message):
    deadline = time.monotonic() + 10
    while not servers or not servers[0].serving.done():
        if time.monotonic() > deadline:
            raise RuntimeError("the controller takes no connections")
        time.sleep(0.01)


# A client that breaks off is no error of ours.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
servers = []
threading.Thread(target=lambda: asyncio.run(answer(servers)), daemon=True).start()
for name, function in (("seed", seed), ("probe", probe), ("health", health), ("set", tags.set)):
    control.op(name, function)
control.serve()
