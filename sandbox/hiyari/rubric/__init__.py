"""Rubrics: pure checks over recorded events, and the verdict over an episode."""
