"""People of a scene: their bodies and what they do."""
