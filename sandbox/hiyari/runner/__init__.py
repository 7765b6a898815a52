"""Many episodes: planned, in parallel, resumable."""
