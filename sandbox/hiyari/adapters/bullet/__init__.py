"""PyBullet: the engine, the worker process it lives in, and the robot world that speaks to it."""
