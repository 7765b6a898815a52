"""Runs in the container that owns the network of the services under test: all there is outside of them.

Real servers on one address: DNS (every name), SMTP (refuses what is addressed to ``blocked``), HTTP. Whatever they are
told is told on as an event.
"""

import asyncio
import base64
import http.server
import socketserver
import threading

import dns.message
import dns.rrset
from aiosmtpd.smtp import SMTP
from client import control

ADDRESS = "127.80.0.99"


class Names(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        name, kind = query.question[0].name, query.question[0].rdtype
        if "nowhere" in str(name):
            answer.set_rcode(3)
        elif kind == 15:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "MX", f"10 mx.{name}"))
        elif kind == 1:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "A", ADDRESS))
        sock.sendto(answer.to_wire(), self.client_address)
        control.event("dns", source=self.client_address[0], name=str(name).rstrip("."))


class Mail:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("blocked"):
            return "550 5.7.1 blocked"
        envelope.rcpt_tos.append(address)
        return "250 Ok"

    async def handle_DATA(self, server, session, envelope):
        text = base64.b64encode(envelope.content).decode()
        control.event("smtp", source=session.peer[0], sender=envelope.mail_from, to=envelope.rcpt_tos, data=text)
        return "250 Ok"


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        control.event("http", source=self.client_address[0], host=self.headers.get("Host"), path=self.path)
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"\x89PNG")

    def log_message(self, *arguments):
        pass


def smtp():
    loop = asyncio.new_event_loop()
    loop.run_until_complete(loop.create_server(lambda: SMTP(Mail(), hostname="mx", loop=loop), ADDRESS, 25))
    loop.run_forever()


for server in (
    socketserver.ThreadingUDPServer((ADDRESS, 53), Names),
    http.server.ThreadingHTTPServer((ADDRESS, 80), Pages),
):
    threading.Thread(target=server.serve_forever, daemon=True).start()
threading.Thread(target=smtp, daemon=True).start()
