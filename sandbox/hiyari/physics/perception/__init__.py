"""What robots perceive: cameras, detectors, sensors with faults, and what is written on things (docs/perception.md)."""
