"""One episode's containers as one pod: a trusted world without any Docker network, services, and the untrusted agent.

The only package that imports ``docker``.
"""

from __future__ import annotations

from .engine import Engine, connect
from .images import Images
from .plan import PodPlan, plan_pod
from .pods import Pods
from .reaper import reap, remove_images
from .types import ImageRef
from .world import Binding, ContainerWorld

__all__ = [
    "Binding",
    "ContainerWorld",
    "Engine",
    "ImageRef",
    "Images",
    "PodPlan",
    "Pods",
    "connect",
    "plan_pod",
    "reap",
    "remove_images",
]
