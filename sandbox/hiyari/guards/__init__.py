"""Guards: monitors that may also block or change a call, and have a ``build(parameters, facts)``."""
