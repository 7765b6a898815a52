"""What is measured of robots and people at every step."""
