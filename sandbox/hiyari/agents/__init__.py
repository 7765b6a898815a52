"""Agents that ship with Hiyari and need no framework."""
