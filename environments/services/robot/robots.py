"""The robots of the scene, asked by way of the harness: one request after the other, each at its price in time."""

import threading

PATIENCE = 600
"""Wall seconds for one answer: a long wait in a slow scene."""


class Refused(Exception):
    """The scene does not do it; ``status`` is that of HTTP."""

    def __init__(self, text, status=409):
        super().__init__(text)
        self.status = status


class Robots:
    """What the API can ask. Methods may be called from any thread.

    Args:
        control: The control stream.
    """

    def __init__(self, control):
        self._control = control
        self._one = threading.Lock()
        self._listeners = {}
        self._known = None
        self.cost, self.sample = 0.02, 0.1

    def restart(self, cost, sample):
        """Begin anew with these prices, simulated seconds of a request and between states that are told."""
        self.cost, self.sample, self._known = cost, sample, None

    def listen(self, key, function):
        """Have a function told of each state, ``{time, robots}``, in their order; None to end that."""
        if function is None:
            self._listeners.pop(key, None)
        else:
            self._listeners[key] = function

    def known(self):
        """Return what each robot can be told, by name."""
        if self._known is None:
            self._known = {each["id"]: each for each in self.ask("robot.list")["described"]}
        return self._known

    def ask(self, operation, account="", **request):
        """Ask the scene and return its answer.

        Raises:
            Refused: If it says no, or nothing.
        """
        with self._one:
            listeners = list(self._listeners.values())
            timing = {"cost": self.cost} | ({"sample": self.sample} if listeners else {})
            try:
                answer = self._control.ask({**timing, **request, "op": operation, "account": account}, PATIENCE)
            except ValueError:
                raise Refused("a number is not finite", 400) from None
            except (RuntimeError, TimeoutError) as error:
                raise Refused(str(error)[:500], 503) from None
            if not isinstance(answer, dict) or "time" not in answer:
                raise Refused("there is no robot in this world", 503)
            now = {"time": answer["time"], "robots": answer["robots"]}
            samples = [each for each in answer.get("samples", []) if each["time"] < now["time"]]
            for state in (*samples, now):
                for listener in listeners:
                    listener(state)
        if not answer.get("ok"):
            raise Refused(str(answer.get("error"))[:2000], int(answer.get("status", 409)))
        return answer
