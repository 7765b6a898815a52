"""Scenarios: one YAML file each, frozen and versioned; what is drawn for an episode; templates filled with it."""
