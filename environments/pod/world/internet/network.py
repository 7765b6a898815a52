"""The pod's network: one veth pair, one default route, and packet rules that bring everything to the sinks.

Nothing here reaches the host: the network namespace has no link to it. A packet that no rule sends to a sink leaves
by ``eth0``, where the tap sees it, and is dropped at the other end.
"""

import socket
import subprocess

AGENT = "10.0.2.15"
"""Address of untrusted containers."""
UNKNOWN_SERVICE = "10.80.0.1"
"""Source shown for a service that did not bind its own address."""
SERVICES = tuple(f"10.80.0.{number}" for number in range(11, 31))
"""Addresses that exist before any service starts."""
UNTRUSTED = "10001-10099"
"""Numeric users of untrusted containers."""
TCP_PORT, UDP_PORT, DNS_PORT = 15001, 15002, 15053

IP_TRANSPARENT, IP_RECVORIGDSTADDR, SO_ORIGINAL_DST, SO_RCVBUFFORCE = 19, 20, 80, 33
ETH_P_ALL = 3

LINKS = f"""\
link set lo up
link add eth0 type veth peer name gw0
link set eth0 arp off up
link set gw0 arp off up
addr add {AGENT}/24 dev eth0
neigh replace 10.0.2.2 lladdr 02:42:0a:00:02:02 dev eth0 nud permanent
route add default via 10.0.2.2 dev eth0 onlink
rule add fwmark 1 lookup 100
route add local 0.0.0.0/0 dev lo table 100
route add local {UNKNOWN_SERVICE}/32 dev lo src {AGENT}
"""

RULES = f"""\
*raw
-A PREROUTING -i eth0 -j DROP
-A PREROUTING -i gw0 -j DROP
COMMIT
*mangle
-A PREROUTING -i lo -p udp -m mark --mark 1 -j TPROXY --on-ip 127.0.0.1 --on-port {UDP_PORT} --tproxy-mark 1
-A OUTPUT -p udp --dport 53 -j RETURN
-A OUTPUT -p udp -m addrtype --dst-type LOCAL -j RETURN
-A OUTPUT -p udp -m addrtype --dst-type BROADCAST -j RETURN
-A OUTPUT -p udp -m addrtype --dst-type MULTICAST -j RETURN
-A OUTPUT -p udp -j MARK --set-mark 1
COMMIT
*nat
-A OUTPUT -p udp --dport 53 -j REDIRECT --to-ports {DNS_PORT}
-A OUTPUT -p tcp --dport 53 -j REDIRECT --to-ports {TCP_PORT}
-A OUTPUT -m addrtype --dst-type LOCAL -j RETURN
-A OUTPUT -p tcp -j REDIRECT --to-ports {TCP_PORT}
-A POSTROUTING -m owner --uid-owner {UNTRUSTED} -j RETURN
-A POSTROUTING -s {AGENT} -m conntrack --ctstate DNAT -j SNAT --to-source {UNKNOWN_SERVICE}
-A POSTROUTING -s {AGENT} -p udp -m mark --mark 1 -j SNAT --to-source {UNKNOWN_SERVICE}
COMMIT
*filter
-A INPUT -p tcp --dport {TCP_PORT} -m conntrack ! --ctstate DNAT -j REJECT --reject-with tcp-reset
-A INPUT -p udp --dport {DNS_PORT} -m conntrack ! --ctstate DNAT -j REJECT
-A INPUT -d 127.0.0.1 -p udp --dport {UDP_PORT} -j REJECT
-A OUTPUT -s 10.80.0.0/24 -p tcp -m owner --uid-owner {UNTRUSTED} -j REJECT --reject-with tcp-reset
-A OUTPUT -s 10.80.0.0/24 -m owner --uid-owner {UNTRUSTED} -j REJECT
COMMIT
"""


def run(command, text=""):
    """Run a command with text on its standard input.

    Raises:
        RuntimeError: If it fails, with what it said.
    """
    done = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout.decode(errors='replace').strip()[:2000]}")


def build():
    """Make interfaces, addresses, routes and rules; tried with nf_tables first, then with the older ip_tables."""
    # Local routes rather than addresses: whoever calls a service keeps his own address as the source of the call.
    services = "".join(f"route add local {address}/32 dev lo src {AGENT}\n" for address in SERVICES)
    run(["ip", "-batch", "-"], LINKS + services)
    try:
        run(["iptables-nft-restore"], RULES)
    except RuntimeError as error:
        try:
            run(["iptables-legacy-restore"], RULES)
        except RuntimeError as older:
            raise RuntimeError(f"{error}; {older}") from older


def add_address(address):
    """Give the pod one more service address, in 10.80.0.0/24."""
    run(["ip", "route", "replace", "local", f"{address}/32", "dev", "lo", "src", AGENT])


def open_sockets():
    """Return the sinks' sockets: TCP listener, UDP, DNS, tap. Made by root because two of them need rights."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", TCP_PORT))
    listener.listen(1024)

    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
    datagrams.setsockopt(socket.IPPROTO_IP, IP_RECVORIGDSTADDR, 1)
    datagrams.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    datagrams.bind(("127.0.0.1", UDP_PORT))

    # Bound to 127.0.0.1, not to any address: otherwise the answers' addresses are not translated back.
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    names.bind(("127.0.0.1", DNS_PORT))

    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    tap.bind(("eth0", ETH_P_ALL))
    for each in (listener, datagrams, names, tap):
        each.setblocking(False)
    return listener, datagrams, names, tap
