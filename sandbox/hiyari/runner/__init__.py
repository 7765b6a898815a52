"""Many episodes: in parallel, resumable."""
