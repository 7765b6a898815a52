"""The graph that ROS clients see: topics of the robots and the clock, skills and rosapi as services."""

import messages

ROSAPI = "/rosapi/"


class Topic:
    """One topic."""

    def __init__(self, name, robot):
        self.name, self.robot = name, robot
        self._last = name.rpartition("/")[2]
        self.type = messages.TYPES[self._last]

    def velocity(self, message):
        """Return the velocity that a message published here asks for.

        Raises:
            ValueError: If it is none, or nothing is to be published here.
        """
        if self._last != "cmd_vel":
            raise ValueError(f"{self.name} is only told; what can be published is a Twist on cmd_vel")
        return messages.twist(message)

    def message(self, state, wanted):
        """Return the message that tells of a state; None when there is none."""
        second, time = messages.is_second(wanted), state["time"]
        if self._last == "clock":
            return messages.clock(time, second)
        robot = state["robots"].get(self.robot)
        if robot is None or self._last == "cmd_vel":
            return None
        if self._last == "odom":
            return messages.odometry(self.robot, robot, time, second)
        return messages.joint_states(robot, time, second)


class Service:
    """One service: an operation of the scene, or a look into the graph."""

    def __init__(self, name, type_, operation="", robot="", skill="", fields=(), look_up=None):
        self.name, self.type, self.operation, self.robot, self.skill = name, type_, operation, robot, skill
        self.look_up = look_up
        self._fields = fields

    def named(self, arguments):
        """Return arguments by name; a list names them by their order.

        Raises:
            ValueError: If they are no arguments.
        """
        if arguments is None:
            return {}
        if isinstance(arguments, list) and len(arguments) <= len(self._fields):
            return dict(zip(self._fields, arguments))
        if not isinstance(arguments, dict):
            raise ValueError(f"args is an object, or a list of at most {len(self._fields)}")
        return {key: value for key, value in arguments.items() if key in self._fields}


class Graph:
    """Topics and services by name; asked of the scene when first needed.

    Args:
        robots: The scene's robots.
    """

    def __init__(self, robots):
        self._robots = robots
        self._topics = self._services = None
        self._first = None

    def restart(self, first):
        """Forget all; ``first`` is the robot whose topics also stand without its name."""
        self._topics = self._services = None
        self._first = first

    def topic(self, name):
        """Return a topic.

        Raises:
            LookupError: If there is none.
        """
        topics = self.topics()
        if name not in topics:
            raise LookupError(f"there is no topic {str(name)[:100]!r}; there are {', '.join(topics)}")
        return topics[name]

    def topics(self):
        """Return all topics by name."""
        if self._topics is None:
            known = self._robots.known()
            driving = [name for name, robot in known.items() if robot["velocity"]]
            first = self._first if self._first in known else next(iter([*driving, *known]), None)
            found = {"/clock": Topic("/clock", "")}
            for prefix, robot in [*((f"/{name}", name) for name in known), *([("", first)] if first else [])]:
                for last in ("odom", "joint_states", *(["cmd_vel"] if robot in driving else [])):
                    found[f"{prefix}/{last}"] = Topic(f"{prefix}/{last}", robot)
            self._topics = found
        return self._topics

    def service(self, name):
        """Return a service.

        Raises:
            LookupError: If there is none.
        """
        services = self.services()
        if name not in services:
            raise LookupError(f"there is no service {str(name)[:100]!r}; there are {', '.join(services)}")
        return services[name]

    def services(self):
        """Return all services by name."""
        if self._services is None:
            made = [Service("/wait", "hiyari/Wait", "robot.wait", fields=("seconds",))]
            made += [
                Service(f"/{robot}/stop", "std_srvs/Trigger", "robot.stop", robot) for robot in self._robots.known()
            ]
            for skill in self._robots.ask("robot.skills")["skills"]:
                fields = tuple(skill["parameters"].get("properties", {}))
                name = skill["name"]
                made.append(Service(f"/skills/{name}", f"hiyari/{name}", "robot.skill", "skills", name, fields))
            looks = {
                "topics": ((), self._all_topics),
                "services": ((), lambda given: {"services": list(self.services())}),
                "topic_type": (("topic",), lambda given: {"type": self.topic(given.get("topic")).type}),
                "service_type": (("service",), lambda given: {"type": self.service(given.get("service")).type}),
                "topics_for_type": (("type",), self._topics_for_type),
                "get_time": ((), self._get_time),
                "get_param": (("name", "default"), self._get_param),
            }
            for last, (fields, look_up) in looks.items():
                made.append(Service(ROSAPI + last, f"rosapi/{last}", fields=fields, look_up=look_up))
            self._services = {each.name: each for each in made}
        return self._services

    def _all_topics(self, given):
        topics = self.topics().values()
        return {"topics": [topic.name for topic in topics], "types": [topic.type for topic in topics]}

    def _topics_for_type(self, given):
        wanted = messages.plain_type(given.get("type"))
        return {"topics": [topic.name for topic in self.topics().values() if topic.type == wanted]}

    def _get_time(self, given):
        return {"time": messages.stamp(self._robots.ask("robot.list")["time"], False)}

    def _get_param(self, given):
        name = str(given.get("name"))
        return {"value": "true" if name.rpartition("/")[2] == "use_sim_time" else str(given.get("default", "null"))}
