"""Runs in a container beside the services under test: executes a client's code, returns what it left in ``result``."""

from hiyari_control import Control

control = Control()


def run(message):
    space = {"result": None}
    exec(message["code"], space)
    return space["result"]


control.op("run", run)
