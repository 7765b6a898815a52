"""What pods that wait are given ahead of their episode."""

from __future__ import annotations

from dataclasses import replace

from hiyari.adapters.pod.plan import PodPlan, ServicePlan
from hiyari.adapters.pod.seeds import Seed, Usual
from hiyari.adapters.pod.types import ImageRef

IMAGE = ImageRef(name="image:1", content="0" * 64)
MAIL = ServicePlan(
    name="mail",
    image=IMAGE,
    address="10.80.0.11",
    hosts=("mail.midori.example",),
    state_path="/state",
    state_mb=64,
    memory_mb=128,
    pids=32,
    keeps=True,
)
CHAT = replace(MAIL, name="chat", address="10.80.0.12", hosts=("chat.midori.example",), keeps=False)
PLAN = PodPlan(
    environment="office",
    world=IMAGE,
    agent=IMAGE,
    services=(MAIL, CHAT, replace(CHAT, name="records", after=("mail",))),
    memory_mb=64,
    pids=32,
    cpus=1.0,
    disk_mb=16,
)


def test_a_service_that_keeps_is_given_the_last_data_and_others_what_came_twice():
    """One that needs another service is given nothing ahead, and another plan knows nothing of this one's."""
    usual = Usual()
    first, second = (Seed({"text": text}, "2026-04-06T09:00:00+09:00") for text in ("one", "two"))
    for seed in (first, second):
        for name in ("mail", "chat", "records"):
            usual.note(PLAN, name, seed)
    assert usual.of(PLAN) == {"mail": (second.digest(), second)}
    for name in ("chat", "records"):
        usual.note(PLAN, name, second)
    assert usual.of(PLAN) == {"mail": (second.digest(), second), "chat": (second.digest(), second)}
    assert usual.of(replace(PLAN, pids=33)) == {}
