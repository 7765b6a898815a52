"""How many pods are kept warm, and of what: as many as episodes are left and memory holds."""

from __future__ import annotations

import dataclasses
import os

import pytest

from hiyari.adapters.pod import Pods, connect
from hiyari.adapters.pod.capacity import free_mb, idle_mb, limit_mb, measured_mb
from hiyari.adapters.pod.shelf import Shelf

from .conftest import BARE, ROOT
from .test_lifecycle import left, of_pods, until_ready

pytestmark = pytest.mark.docker


def test_what_an_idle_pod_uses_is_measured(engine, cell):
    """The kernel's figure is far below the limits, and not nothing."""
    pod = cell.world._pod
    if not engine.local:
        pytest.skip("the engine runs on another machine")
    used = measured_mb([pod.inspect("world"), pod.inspect("agent")])
    assert used is not None and 20 < used < limit_mb(pod.plan)
    assert measured_mb([{"State": {"Pid": os.getpid()}, "Id": "another"}]) is None
    assert 0 < idle_mb(pod.plan) < limit_mb(pod.plan)


def test_pods_fit_by_memory(engine, pods):
    """On a machine without room nothing is kept warm; where it cannot be looked into, half of its memory counts."""
    plan = pods.plan(BARE)
    for megabytes, fits in ((100, False), (16_000, True)):
        elsewhere = dataclasses.replace(engine, local=False, memory=megabytes << 20)
        assert free_mb(elsewhere, 10.0) == megabytes / 2 - 10
        shelf = Shelf(elsewhere, 2)
        shelf.want(plan, 5)
        assert (shelf.next(()) == plan) is fits and shelf.cramped is not fits


def test_no_more_pods_are_started_than_episodes_are_left(engine):
    """The last episodes of a run start nothing that nobody will use, and what is on its way is waited for."""
    run = f"test-left-{os.getpid()}"
    with Pods(connect(), [ROOT], run=run, warm=3) as pods:
        pods.prepare([BARE], {BARE.name: 2})
        first = pods.acquire(BARE, "one")
        until_ready(pods, 1)
        second = pods.acquire(BARE, "two")
        assert pods.ready() == 0 and pods._shelf.starting(pods.plan(BARE)) == 0
        assert len(of_pods(engine, run)) == 8
        for pod in (first, second):
            pods.dispose(pod)
    assert left(engine, run) == []


def test_the_environment_asked_for_last_comes_first(engine, pods):
    """Its pods are refilled before those of others, which give way when memory is short."""
    plan = pods.plan(BARE)
    other = dataclasses.replace(plan, environment="other")
    shelf = Shelf(dataclasses.replace(engine, local=False, memory=16_000 << 20), 1)
    for each in (plan, other):
        shelf.want(each, 9)
    assert shelf.next(()) == plan
    shelf.asked(other)
    assert shelf.next(()) == other
    shelf.begin(other)
    assert shelf.next(()) == plan
    shelf.end(other, None)
    assert shelf.next(()) == plan, "one that failed is not tried again before one was started"
    shelf.started(other)
    assert shelf.next(()) == other
