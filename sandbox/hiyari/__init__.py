"""Hiyari: a sandbox simulator for agents that act."""

__version__ = "0.1.0"
