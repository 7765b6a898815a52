"""The durable, hash-chained log of an episode."""
