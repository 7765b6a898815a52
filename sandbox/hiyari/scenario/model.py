"""The shape of a scenario file. Data only: names are resolved by the build."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from hiyari.events import Data, Json, LocalText

from .bindings import Binding
from .limits import Limits, Think
from .people import Name, Person
from .sites import Site

ArmName = Literal["benign", "hazard", "attack", "guarded"]
Taxon = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+:[A-Za-z0-9._-]*:[A-Za-z0-9._:-]+$")]
"""``scheme:version:id``, such as ``owasp-asi:2026:ASI01``."""

AREAS = (
    "bias",
    "dialogue",
    "misinformation",
    "agriculture",
    "jailbreak",
    "leakage",
    "security",
    "multimodal",
    "robotics",
    "platform",
)


class Use(Data):
    """A monitor, guard or check by name, with its parameters."""

    use: str
    """Name of a built-in one, or ``module:factory`` of your own."""
    with_: dict[str, Json] = Field(default_factory=dict, alias="with")
    """Its parameters."""


class Draw(Data):
    """A value drawn afresh for every episode."""

    kind: Literal["person", "my_number", "special_care", "token", "phone", "choice", "number"]
    """What to draw; see docs/scenarios.md."""
    canary: bool = False
    """True when its appearance outside is a leak."""
    of: str = ""
    """The drawn person it belongs to."""
    choices: tuple[Json, ...] = ()
    """What ``choice`` chooses from."""
    low: float = 0.0
    """Least ``number``."""
    high: float = 1.0
    """Greatest ``number``."""


class WorldSpec(Data):
    """What the agent acts on: an environment of containers, a scene, or both."""

    environment: Name | None = None
    """Folder under environments/."""
    scene: Name | None = None
    """Folder under robots/scenes/."""
    engine: Literal["bullet", "mujoco"] = "bullet"
    """Physics engine of the scene; ``mujoco`` is an extra."""
    tools: tuple[str, ...] | None = None
    """Tool servers and skills offered to the agent; all of the environment's and scene's when left out."""
    seed: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Extra seed data by service: lists are appended to the environment's own, other values replace them."""
    place: dict[str, Any] = Field(default_factory=dict)
    """Changes to the scene: people, objects, disturbances, merged over scene.yaml."""
    sites: tuple[Site, ...] = ()
    """Further sites of the simulated internet; those of one first host become one, as seeds do."""
    bindings: tuple[Binding, ...] = ()
    """Tags of services that are wired to signals of the scene."""

    @model_validator(mode="after")
    def _has_a_world(self) -> WorldSpec:
        if self.environment is None and self.scene is None:
            raise ValueError("a world needs an environment, a scene, or both")
        if self.engine != "bullet" and self.scene is None:
            raise ValueError("an engine needs a scene")
        if self.bindings and (self.environment is None or self.scene is None):
            raise ValueError("bindings need an environment and a scene")
        tags = [(binding.service, binding.tag) for binding in self.bindings]
        if twice := sorted({f"{service} {tag}" for service, tag in tags if tags.count((service, tag)) > 1}):
            raise ValueError(f"bindings: bound twice: {', '.join(twice)}")
        return self


class OperatorErrors(Data):
    """Mistakes that the operator of robots makes, by seed. They are recorded as faults, and never announced."""

    after: int = Field(default=0, ge=0)
    """So many questions go right first."""
    answers: float = Field(default=0.0, ge=0, le=1)
    """Share of the questions that are answered the wrong way round."""
    acknowledges: float = Field(default=0.0, ge=0, le=1)
    """Share of the acknowledgements at the panel that are given without looking whether people are clear."""


class Operator(Data):
    """Who is asked by guards and by the agent's ``ask_human``.

    When a person of the scenario has this name, guards ask that person's script first, and what follows decides only
    where none of its rules fits.
    """

    name: str = "operator"
    """Who; perhaps one of the people."""
    approves: tuple[str, ...] = ()
    """Regular expressions over the question; the first that matches approves. Nothing else is approved."""
    reply_yes: LocalText = LocalText(ja="承認します。", en="Approved.")
    """What is said with an approval."""
    reply_no: LocalText = LocalText(ja="承認できません。", en="Not approved.")
    """What is said with a refusal."""
    delay: float = 0.0
    """Virtual seconds until the answer."""
    errs: OperatorErrors = OperatorErrors()
    """Mistakes with ``ask_human`` and at the panel; guards are answered without any."""
    patience: float = Field(default=300.0, ge=0)
    """Virtual seconds a guard waits for an answer of one of the people; then what it asked for is refused."""


class Arm(Data):
    """A variant of the scenario, run and reported side by side with the others."""

    extends: ArmName | None = None
    """Arm whose changes come first."""
    title: LocalText
    """What is different in this arm."""
    task: LocalText | None = None
    """Replaces the scenario's task."""
    seed: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Like world.seed, applied after it."""
    place: dict[str, Any] = Field(default_factory=dict)
    """Like world.place, applied after it."""
    sites: tuple[Site, ...] = ()
    """Like world.sites, applied after it."""
    guards: tuple[Use, ...] = ()
    """Guards in force."""
    operator: Operator | None = None
    """Replaces the scenario's operator."""
    people: dict[Name, Person] = Field(default_factory=dict)
    """People of this arm; one of the same name replaces the scenario's."""


class Criterion(Data):
    """One criterion of the rubric."""

    id: Name
    """Unique in its axis."""
    text: LocalText
    """What is asked, for the reader."""
    check: str
    """Name of a check, or ``module:function`` of your own."""
    with_: dict[str, Json] = Field(default_factory=dict, alias="with")
    """Its parameters."""
    weight: float = Field(default=1.0, gt=0)
    """Weight in the mean of its axis; safety has no mean and ignores it."""


class Utility(Data):
    """The utility axis: a weighted mean of criteria on the final world, 0 to 1."""

    pass_mark: float = Field(default=1.0, gt=0, le=1)
    """Utility from which on the task counts as done."""
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    """What is asked."""


class Rubric(Data):
    """Criteria on two axes that are never summed."""

    utility: Utility
    """Was the task done?"""
    safety: tuple[Criterion, ...] = ()
    """What must not have happened, beside every finding of severity 2 or more."""


class Step(Data):
    """One step of a reference trace: a call, or an answer. ``${name}`` in it is filled from what was kept before."""

    call: str | None = None
    """Tool to call."""
    args: dict[str, Any] = Field(default_factory=dict)
    """Its arguments."""
    keep: dict[str, str] = Field(default_factory=dict)
    """Regular expressions over the observation; the first group is kept under the name."""
    until: str | None = None
    """Repeat the step until the observation matches this regular expression."""
    at_most: int = Field(default=20, ge=1)
    """How often to repeat at most."""
    say: str = ""
    """Text beside the call."""
    answer: str | None = None
    """The answer that ends the turn; the final one unless somebody goes on."""
    refused: bool = False
    """True when the answer declines."""

    @model_validator(mode="after")
    def _one_of(self) -> Step:
        if (self.call is None) == (self.answer is None):
            raise ValueError("a step has either a call or an answer")
        if (self.say and self.call is None) or (self.refused and self.answer is None):
            raise ValueError("'say' stands beside a call, 'refused' beside an answer")
        return self


class Expect(Data):
    """What a reference trace must come out as."""

    outcome: Literal["useful-safe", "safe-not-useful", "useful-unsafe", "neither"] | None = None
    """The outcome; any when left out."""
    findings: tuple[str, ...] = ()
    """Rules that must be found; no other rule may be found with severity 3 or more."""


class Trace(Data):
    """A reference trace: proves the scenario. Scripted agents play it against the real world."""

    arms: dict[ArmName, Expect]
    """Arms it is played in, and what each must come out as."""
    steps: tuple[Step, ...] = Field(min_length=1)
    """What the scripted agent does."""


class Scenario(Data):
    """One scenario file."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[0-9]+[a-z]?$")]
    """Identifier, such as ``SEC-4``."""
    version: int = Field(ge=1)
    """Raised with every change that could change a score."""
    area: str
    """Scenario area."""
    title: LocalText
    """One line."""
    about: LocalText
    """What goes wrong and why it matters."""
    taxonomy: tuple[Taxon, ...]
    """Identifiers in published taxonomies."""
    task: LocalText
    """What the user asks of the agent."""
    system: LocalText = LocalText(ja="", en="")
    """System prompt."""
    world: WorldSpec
    """What the agent acts on."""
    draw: dict[Name, Draw] = Field(default_factory=dict)
    """Values drawn for each episode; ``${name}`` anywhere in the file stands for one."""
    operator: Operator = Operator()
    """Who is asked."""
    people: dict[Name, Person] = Field(default_factory=dict)
    """Simulated users and colleagues, by short name."""
    arms: dict[ArmName, Arm] = Field(min_length=1)
    """Variants."""
    monitors: tuple[Use, ...] = Field(min_length=1)
    """Who watches."""
    probes: dict[Name, dict[str, Json]] = Field(default_factory=dict)
    """Facts of the final world to look up, by name."""
    rubric: Rubric
    """How the episode is judged."""
    traces: dict[Name, Trace]
    """Reference traces; ``solution`` must exist."""
    limits: Limits = Limits()
    """When to end."""
    think: Literal["recorded"] | Think = "recorded"
    """Time while the agent thinks: what it states with its move (a model's latency), or a declared budget."""

    @field_validator("area")
    @classmethod
    def _known_area(cls, area: str) -> str:
        if area not in AREAS:
            raise ValueError(f"unknown area {area!r}; known: {', '.join(AREAS)}")
        return area

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        for name, arm in self.arms.items():
            if arm.extends is not None and arm.extends not in self.arms:
                raise ValueError(f"arms.{name}.extends: there is no arm {arm.extends!r}")
            if arm.extends is not None and self.arms[arm.extends].extends is not None:
                raise ValueError(f"arms.{name}.extends: {arm.extends!r} extends an arm itself; one level is enough")
        for trace_name, trace in self.traces.items():
            for played in trace.arms:
                if played not in self.arms:
                    raise ValueError(f"traces.{trace_name}.arms: there is no arm {played!r}")
        if "solution" not in self.traces:
            raise ValueError("traces: a scenario needs a trace named 'solution'")
        return self


class Suite(Data):
    """A named list of scenarios, and with what to run them by default."""

    name: Name
    """Name of the suite, as on the command line."""
    title: LocalText
    """One line."""
    scenarios: tuple[str, ...] = Field(min_length=1)
    """Scenario ids."""
    agents: tuple[str, ...] = ()
    """Agents that are run when none is named; ``local@attack,hazard`` runs in these arms only."""
