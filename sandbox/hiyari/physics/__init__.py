"""Scenes, robots, people, skills and safety controllers, over a small engine protocol."""
