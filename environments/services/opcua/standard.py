"""Writes the nodes of the OPC UA standard to a shelf, once, when the image is built.

Making them takes over a second of each start; a server reads from the shelf the few that it or a client looks at.
"""

import asyncio
import sys
from pathlib import Path

from asyncua import Server

asyncio.run(Server().init(Path(sys.argv[1])))
