"""Monitors: each module reads events and emits findings, and has a ``build(parameters, facts)``."""
