import statistics

import pytest

WEATHER = {"weather": {"kind": "weather", "wind": 4.0, "temperature": 21.3}}


def value(room, name):
    """Read one sensor; returns the last event."""
    assert room.call("read_sensor", name=name).status == "ok"
    return room.of("perception.value")[-1]


def test_a_reading_has_value_unit_and_time(open_room):
    """The agent is told the value, the unit and when; the event adds the truth."""
    sensors = {"wind": {"kind": "reading", "signal": "weather.wind", "title": {"ja": "風速計", "en": "anemometer"}}}
    room = open_room(processes=WEATHER, sensors=sensors)
    room.wait(1.0)
    assert room.call("read_sensor").text == "wind (anemometer): 4 m/s (t=1.00 s)"
    event = room.of("perception.value")[-1]
    assert (event.told, event.truth, event.age, event.fault) == (4.0, 4.0, 0.0, "")
    assert room.session.simulation.signals.get_value("wind.value") == 4.0


def test_noise_bias_steps_and_range_act_as_stated(open_room):
    """Values scatter about truth plus bias, are multiples of the step and stay in range; the signal agrees."""
    sensors = {
        "rough": {"kind": "reading", "signal": "weather.wind", "noise": 0.5, "bias": 1.0},
        "coarse": {"kind": "reading", "signal": "weather.temperature", "step": 0.5},
        "short": {"kind": "reading", "signal": "weather.temperature", "high": 20.0, "low": 0.0},
    }
    room = open_room(processes=WEATHER, sensors=sensors)
    told = []
    for _ in range(150):
        room.wait(0.1)
        told.append(value(room, "rough").told)
    assert room.session.simulation.signals.get_value("rough.value") == told[-1]
    assert statistics.fmean(told) == pytest.approx(5.0, abs=0.15)
    assert statistics.pstdev(told) == pytest.approx(0.5, rel=0.2)
    assert (value(room, "coarse").told, value(room, "short").told) == (21.5, 20.0)


def test_reading_twice_at_one_moment_gives_one_value(open_room):
    """Noise belongs to a sample, not to asking."""
    room = open_room(processes=WEATHER, sensors={"w": {"kind": "reading", "signal": "weather.wind", "noise": 1.0}})
    assert value(room, "w").told == value(room, "w").told


def test_faults_of_readings(open_room):
    """Frozen repeats, stale is late, swapped exchanges, spoofed makes up, lost is silent, also beside others."""
    from hiyari.physics.perception.faults import SensorFault

    sensors = {
        "wind": {"kind": "reading", "signal": "weather.wind"},
        "warmth": {"kind": "reading", "signal": "weather.temperature"},
    }
    room = open_room(processes=WEATHER, sensors=sensors)

    def fail(**fault):
        room.senses.disturb("wind", SensorFault(**fault) if fault else None, room.session.simulation.time)

    def blow(speed):
        room.session.simulation.set_signal("weather.mean_wind", speed, "test")

    fail(kind="frozen")
    blow(9.0)
    room.wait(0.2)
    assert value(room, "wind").told == 4.0
    fail(kind="stale", seconds=1.0)
    blow(2.0)
    room.wait(0.5)
    assert value(room, "wind").told == 9.0
    room.wait(1.0)
    assert value(room, "wind").told == 2.0
    fail(kind="swapped", other="warmth")
    assert value(room, "wind").told == 21.3
    fail(kind="spoofed", value=0.1)
    assert (value(room, "wind").told, value(room, "wind").truth) == (0.1, 2.0)
    fail(kind="lost")
    room.wait(0.5)
    assert room.call("read_sensor", name="wind").status == "error"
    listed = room.call("read_sensor").text
    assert "wind: no data for 0.5 s" in listed and "warmth: 21.3 degC" in listed
    fail()
    assert value(room, "wind").told == 2.0


def test_a_range_sensor_measures_to_what_is_in_front(open_room):
    """From the robot's bumper the crate's face is 2.5 m away; turned away, nothing within reach is the reach."""
    sensors = {
        "front": {"kind": "range", "robot": "amr", "eye": [0.3, 0, 0.2], "target": [1, 0, 0.2], "reach": 5.0},
        "rear": {"kind": "range", "robot": "amr", "eye": [-0.5, 0, 0.2], "target": [-1, 0, 0.2], "reach": 5.0},
    }
    room = open_room(sensors=sensors)
    assert value(room, "front").told == pytest.approx(2.5, abs=0.001)
    assert value(room, "rear").told == 5.0


def test_an_unknown_sensor_is_refused_with_the_nearest(open_room):
    """The refusal suggests a name."""
    room = open_room(processes=WEATHER, sensors={"wind": {"kind": "reading", "signal": "weather.wind"}})
    returned = room.call("read_sensor", name="wnd")
    assert returned.status == "error" and "did you mean 'wind'" in returned.text
