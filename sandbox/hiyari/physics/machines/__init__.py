"""Robots: the shape of their file, how they move, their safety controllers."""
