"""All processes together."""

import hashlib

from .test_drift import FIELD
from .test_gas import PLACE as ROOM
from .test_heat import PLACE as KITCHEN
from .test_liquid import CUP


def test_all_processes_together_are_the_same_in_two_runs_and_change_with_the_seed(simulate, run):
    """Events, signals and the engine's state of one seed agree to the last bit; another seed has other gusts."""
    jug = {
        "cylinder": [0.1, 0.1],
        "position": [-0.4, 0.3, 0.65],
        "tilt": [0.0, 1.2],
        "vessel": CUP,
        "states": {"full": 1.0},
    }
    place = {
        "things": {**KITCHEN["things"], "jug": jug},
        "people": FIELD["people"],
        "devices": {**KITCHEN["devices"], **ROOM["devices"], "pump": {**FIELD["devices"]["pump"], "on": True}},
        "zones": {"yard": {"low": [-2, 1], "high": [2, 3], "title": {"ja": "庭", "en": "yard"}}},
        "processes": {
            **FIELD["processes"],
            **ROOM["processes"],
            **KITCHEN["processes"],
            "weather": {**FIELD["processes"]["weather"], "gusts": 1.0},
            "liquid": {"kind": "liquid"},
            "load": {"kind": "load", "machines": {"amr": {"base": [0.3, 0.2], "height": 0.16}}},
            "cell": {"kind": "battery", "robot": "amr", "capacity": 10.0},
            "yards": {"kind": "crowd"},
            "fire": {"kind": "hazards", "tag": "flammable"},
        },
    }
    found = []
    for seed in (3, 3, 4):
        simulation = simulate(place, seed)
        simulation.set_signal("valve.on", True, "test")
        simulation.built.machines["amr"].drive.go([(8.0, 0.0)], "", "direct")
        told = [event.model_dump_json() for event in run(simulation, 2.0)]
        values = [f"{name}={signal.read()!r}" for name, signal in sorted(simulation.signals.items())]
        assert simulation.signals.get_value("liquid.total") > 0.0
        found.append(hashlib.sha256("\n".join([*told, *values]).encode() + simulation.engine.state()).hexdigest())
    assert found[0] == found[1] != found[2]
