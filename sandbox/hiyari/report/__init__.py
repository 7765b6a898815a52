"""Reports: they read recordings, never a world."""
