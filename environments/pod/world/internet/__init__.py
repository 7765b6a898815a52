"""The simulated internet of a pod: every address, name and port answers, and every byte sent is told to the harness.

__main__   PID 1: makes the network, forks the sinks, keeps the few rights they must not have
network    the pod's interfaces, addresses and packet rules, and the sockets of the sinks
keeper     what PID 1 does for the sinks on request; watch: the work volume's manifest
sink       the unprivileged process: control stream, sync, sinks
ledger     what was sent, as events, within bounds
names, resolver, policy         DNS and the allow-list
doors, channel, authority       TCP connections, TLS
web, sites, parked, forge       HTTP, declared and undeclared sites, git
post, greetings, datagrams      SMTP, other server-first protocols, UDP and the packet tap
"""
