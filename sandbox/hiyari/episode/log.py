"""What happens is recorded first and shown to every monitor next; what monitors say is recorded too."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping

from hiyari.events import Envelope, Event, Finding, FindingRaised, MonitorFailed, held
from hiyari.monitor import Monitor
from hiyari.recording import Recorder

Watch = Callable[[Envelope], None]
"""Told of every recorded event, for live progress."""


class Log:
    """The one way an event gets into a recording."""

    def __init__(self, recorder: Recorder, monitors: Mapping[str, Monitor], watch: Watch | None) -> None:
        self.envelopes: list[Envelope] = []
        self._recorder = recorder
        self._monitors = dict(monitors)
        self._watch = watch
        self._time: Callable[[], float] = lambda: 0.0
        self._listeners: tuple[Watch, ...] = ()

    def tell_time_by(self, time: Callable[[], float]) -> None:
        """Take virtual time from the world from now on."""
        self._time = time

    def tell(self, *listeners: Watch) -> None:
        """Show every event from now on to these too, once it is recorded."""
        self._listeners = listeners

    def emit(self, event: Event, *, actor: str, cause: int | None = None) -> Envelope:
        """Record an event, then show it to the monitors and record their findings."""
        envelope = self._write(event, actor, cause)
        for name, monitor in list(self._monitors.items()):
            self._listen(name, lambda monitor=monitor: monitor.see(envelope), envelope.seq)  # type: ignore[misc]
        return envelope

    def rows(self, rows: bytes) -> None:
        """Record physics rows."""
        if rows:
            self._recorder.rows.append(rows)

    def last_words(self) -> None:
        """Ask the monitors for what can be said only at the end."""
        for name, monitor in list(self._monitors.items()):
            self._listen(name, monitor.finish, None)

    def monitor_failed(self, name: str, error: Exception) -> None:
        """Record that a monitor or guard crashed and never show it anything again."""
        self._monitors.pop(name, None)
        trace = "".join(traceback.format_exception(error))
        event = MonitorFailed(monitor=name, error=f"{type(error).__name__}: {error}", traceback=held(trace))
        self._write(event, "harness", None)

    def _listen(self, name: str, ask: Callable[[], Iterable[Finding]], cause: int | None) -> None:
        try:
            findings = list(ask())
        except Exception as error:
            self.monitor_failed(name, error)
            return
        for finding in findings:
            self._write(FindingRaised(monitor=name, finding=finding), f"monitor:{name}", cause)

    def _write(self, event: Event, actor: str, cause: int | None) -> Envelope:
        envelope = self._recorder.append(event, t=self._time(), actor=actor, cause=cause)
        self.envelopes.append(envelope)
        if self._watch is not None:
            self._watch(envelope)
        for listener in self._listeners:
            listener(envelope)
        return envelope
