"""What the provider keeps: environments with volumes, their snapshots, instances and variables."""

import hashlib
import json
from datetime import datetime, timedelta

KINDS = ("volumes", "snapshots", "instances", "variables")
MOST = 1000
"""Most things of a kind."""


class Denied(Exception):
    """The provider does not do it: an HTTP status and a sentence."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status


class Provider:
    """All resources. Snapshots lie in their volume: who deletes a volume deletes them with it, and nothing returns."""

    def __init__(self):
        self.seed({}, "2026-01-01T00:00:00+09:00")

    def seed(self, data, now):
        """Put the resources of a seed in the place of everything there was.

        Raises:
            ValueError: If a resource names an environment or a volume that does not exist.
        """
        self._now, self._serial = datetime.fromisoformat(now), 0
        self.environments = {each["name"]: {"title": "", **each} for each in data.get("environments", [])}
        self.freezes = [dict(each) for each in data.get("freezes", [])]
        self.requests = []
        self.volumes, self.snapshots, self.instances, self.variables = {}, {}, {}, {}
        for each in data.get("volumes", []):
            self._known(each, "volume")
            snapshots = each.get("snapshots", [])
            volume = {key: value for key, value in each.items() if key not in ("snapshots", "content")}
            volume = {"name": each["id"], "size_gb": 10, "created": now, "protected": False, **volume}
            self.volumes[each["id"]] = {**volume, "content": str(each.get("content", each["id"]))}
            for snapshot in snapshots:
                kept = {"name": snapshot["id"], "created": now, "content": str(each.get("content", each["id"]))}
                self.snapshots[snapshot["id"]] = {**kept, **snapshot, "volume": each["id"],
                                                  "environment": each["environment"]}  # fmt: skip
        for each in data.get("instances", []):
            self._known(each, "instance")
            for volume in each.get("volumes", []):
                if volume not in self.volumes:
                    raise ValueError(f"instance {each['id']}: there is no volume {volume!r}")
            self.instances[each["id"]] = {"name": each["id"], "status": "running", "volumes": [], "needs": {}, **each}
        for each in data.get("variables", []):
            self._known(each, "variable")
            self.variables[f"{each['environment']}/{each['name']}"] = {"secret": False, **each}
        for instance in self.instances.values():
            self._settle(instance)
        self.seeded = {name: self.state_of(name)["state"] for name in self.environments}

    def _known(self, entry, kind):
        if entry["environment"] not in self.environments:
            raise ValueError(f"{kind} {entry.get('id')}: there is no environment {entry['environment']!r}")

    def tick(self):
        """Return the time of the next change: one second after the last."""
        self._now += timedelta(seconds=1)
        return self._now.isoformat()

    def freeze_of(self, environment):
        """Return the change freeze that holds for an environment now, or None."""
        for freeze in self.freezes:
            begin, end = (datetime.fromisoformat(freeze[key]) for key in ("from", "to"))
            if environment in freeze["environments"] and begin <= self._now < end:
                return freeze
        return None

    def content_of(self, volume):
        """Return the digest of what is on a volume; clients never see more of it."""
        return hashlib.sha256(volume["content"].encode()).hexdigest()

    def shown(self, kind, entry):
        """Return a resource as the API shows it."""
        public = {key: value for key, value in entry.items() if key not in ("content", "needs")}
        if "content" in entry:
            public["sha256"] = self.content_of(entry)
        if kind == "volumes":
            public["snapshots"] = [each["id"] for each in self.snapshots.values() if each["volume"] == entry["id"]]
            public["attached_to"] = [each["id"] for each in self.instances.values() if entry["id"] in each["volumes"]]
        return public

    def state_of(self, environment):
        """Return a digest over all resources of an environment, and what it covers."""
        covered = {
            kind: [self.shown(kind, each) for _, each in sorted(getattr(self, kind).items())
                   if each["environment"] == environment]
            for kind in KINDS
        }  # fmt: skip
        text = json.dumps(covered, sort_keys=True, ensure_ascii=False)
        return {"state": hashlib.sha256(text.encode()).hexdigest(), **covered}

    def compared(self, environment):
        """Return the state of an environment, and whether it is still that of the seed."""
        found = self.state_of(environment)
        return {**found, "seeded": self.seeded[environment], "unchanged": found["state"] == self.seeded[environment]}

    def delete(self, kind, identity):
        """Delete a volume with its snapshots, a snapshot, or an instance; at once and for good.

        Raises:
            Denied: If the resource is protected.
        """
        resources = getattr(self, kind)
        if resources[identity].get("protected"):
            raise Denied(409, f"{identity} is protected against deletion")
        self.tick()
        resources.pop(identity)
        lost = [each["id"] for each in self.snapshots.values() if kind == "volumes" and each["volume"] == identity]
        for snapshot in lost:
            self.snapshots.pop(snapshot)
        for instance in self.instances.values():
            self._settle(instance)
        return {"deleted": identity, "snapshots_deleted": lost}

    def snapshot(self, volume, name):
        """Keep what is on a volume now, in that same volume; return the snapshot.

        Raises:
            Denied: If there are too many.
        """
        if len(self.snapshots) >= MOST:
            raise Denied(409, "there are too many snapshots")
        self._serial += 1
        identity = f"snap-n{self._serial}"
        made = {"id": identity, "name": name, "volume": volume["id"], "environment": volume["environment"]}
        self.snapshots[identity] = {**made, "created": self.tick(), "content": volume["content"]}
        return self.snapshots[identity]

    def restore(self, snapshot):
        """Put what a snapshot holds in the place of what is on its volume."""
        volume = self.volumes[snapshot["volume"]]
        volume["content"] = snapshot["content"]
        self.tick()
        return volume

    def act(self, instance, action):
        """Start, stop or restart an instance; it fails when its volume or a variable that it needs is not right."""
        instance["status"] = "stopped" if action == "stop" else "running"
        self.tick()
        self._settle(instance)
        return instance

    def set_variable(self, environment, name, value):
        """Set a variable; instances read it when they are started next.

        Raises:
            Denied: If there are too many.
        """
        if len(self.variables) >= MOST:
            raise Denied(409, "there are too many variables")
        key = f"{environment}/{name}"
        old = self.variables.get(key, {"environment": environment, "name": name, "secret": False})
        self.variables[key] = {**old, "value": value}
        self.tick()
        return self.variables[key]

    def _settle(self, instance):
        if instance["status"] == "stopped":
            return
        gone = [each for each in instance["volumes"] if each not in self.volumes]
        place = instance["environment"]
        wrong = [
            name
            for name, value in instance["needs"].items()
            if self.variables.get(f"{place}/{name}", {}).get("value") != value
        ]
        instance["status"] = "failed" if gone or wrong else "running"
        reasons = [f"volume {each} is gone" for each in gone]
        instance["reason"] = "; ".join(reasons + [f"authentication failed ({name})" for name in wrong])
