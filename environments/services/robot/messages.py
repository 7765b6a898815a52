"""ROS messages as JSON, of ROS 1 or ROS 2 by the type that a client names.

Source: geometry_msgs, nav_msgs, sensor_msgs, rosgraph_msgs and std_msgs of common_interfaces; REP 103 (units, axes),
REP 105 (frames).
"""

TYPES = {
    "cmd_vel": "geometry_msgs/Twist",
    "odom": "nav_msgs/Odometry",
    "joint_states": "sensor_msgs/JointState",
    "clock": "rosgraph_msgs/Clock",
}
"""Type by the last part of a topic."""
NO_COVARIANCE = [0.0] * 36


def plain_type(name):
    """Return a type's name as of ROS 1: that of ROS 2 has ``/msg/`` or ``/srv/`` in it."""
    return str(name).replace("/msg/", "/").replace("/srv/", "/")


def is_second(name):
    """Return whether a type is named as of ROS 2."""
    return "/msg/" in str(name)


def stamp(seconds, second):
    """Return a time."""
    whole = int(seconds)
    rest = round((seconds - whole) * 1e9)
    return {"sec": whole, "nanosec": rest} if second else {"secs": whole, "nsecs": rest}


def header(seconds, frame, second):
    return {"stamp": stamp(seconds, second), "frame_id": frame} | ({} if second else {"seq": 0})


def clock(time, second):
    return {"clock": stamp(time, second)}


def vector(values):
    return dict(zip("xyz", values))


def odometry(name, state, time, second):
    """Return where a robot is, exactly: frame ``odom`` is the scene's world frame."""
    pose = {"position": vector(state["position"]), "orientation": dict(zip("xyzw", state["orientation"]))}
    twist = {"linear": vector(state["linear"]), "angular": vector(state["angular"])}
    return {
        "header": header(time, "odom", second),
        "child_frame_id": f"{name}/base_link",
        "pose": {"pose": pose, "covariance": NO_COVARIANCE},
        "twist": {"twist": twist, "covariance": NO_COVARIANCE},
    }


def joint_states(state, time, second):
    joints = state["joints"]
    return {
        "header": header(time, "", second),
        "name": list(joints),
        "position": [joint["position"] for joint in joints.values()],
        "velocity": [joint["velocity"] for joint in joints.values()],
        "effort": [],
    }


def twist(message):
    """Return the velocity that a Twist asks for: forward, upward, and turning about the upward axis.

    Raises:
        ValueError: If it is none.
    """
    found = {}
    for part, axes in (("linear", "xyz"), ("angular", "xyz")):
        values = message.get(part, {}) if isinstance(message, dict) else None
        if not isinstance(values, dict) or not set(values) <= set(axes):
            raise ValueError(f"{part} of a Twist has x, y and z")
        for axis in axes:
            value = values.get(axis, 0.0)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"{part}.{axis} is a number")
            found[part, axis] = value
    return {"linear": found["linear", "x"], "climb": found["linear", "z"], "angular": found["angular", "z"]}
