"""Makes the agent ``local``."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from hiyari.adapters.langchain.agent import fixed, model_agent
from hiyari.agent import Task
from hiyari.agents.inverted import Inverted

from .model import SmallModel

THOUGHT = 2.0
"""Virtual seconds of one turn, about what it takes; fixed, so that episodes of one seed keep the same clock."""

_conversations = count()


def local_agent(options: Mapping[str, Any], *, patience: float = 600.0) -> Inverted:
    """Make an agent of the small language model on this CPU.

    Args:
        options: ``temperature``, ``moves``, ``max_tokens``, and ``thought`` in virtual seconds a turn.
        patience: Wall seconds to wait for each move.
    """
    rest = dict(options)
    thought = float(rest.pop("thought", THOUGHT))
    conversation = f"local-{next(_conversations)}"

    def model(task: Task) -> SmallModel:
        return SmallModel(conversation=conversation, seed=task.seed, **rest)

    return model_agent("local", model, thought=fixed(thought), images=False, patience=patience)
