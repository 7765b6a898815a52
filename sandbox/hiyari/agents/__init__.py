"""Agents that need no framework: scripted, doing nothing, declining, and any that owns its loop, turned inside out."""
