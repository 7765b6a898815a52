"""The commands and their options. Everything heavy is imported inside them, so that help comes at once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from .terminal import interface_language


class Language(StrEnum):
    """Languages of tasks and interface."""

    ja = "ja"
    en = "en"


class Kind(StrEnum):
    """What can be listed."""

    scenarios = "scenarios"
    suites = "suites"
    environments = "environments"
    services = "services"
    scenes = "scenes"
    robots = "robots"
    tools = "tools"
    monitors = "monitors"
    guards = "guards"
    checks = "checks"
    agents = "agents"


class Thing(StrEnum):
    """What can be made anew."""

    scenario = "scenario"
    environment = "environment"
    robot = "robot"
    service = "service"
    tool = "tool"


Project = Annotated[
    Path | None, typer.Option(help="Folder with content of your own; the current one, if it is a project.")
]
Lang = Annotated[Language | None, typer.Option("--lang", help="Language of tasks and interface; the locale's.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Size = Annotated[str, typer.Option(help="Size of a picture, pixels.", metavar="WIDTHxHEIGHT")]
Camera = Annotated[str, typer.Option(help="Name of a camera; that of the whole scene when left out.")]
Jobs = Annotated[int, typer.Option(min=1, max=64, help="Episodes that run at the same time.")]

app = typer.Typer(
    name="hiyari",
    help="A sandbox simulator for agents that act: containers, robots, monitors, rubrics, recordings.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 110},
)


@app.command()
def run(
    names: Annotated[
        list[str] | None, typer.Argument(help="Suites and scenarios.", metavar="SUITE|SCENARIO...")
    ] = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--agent",
            help="Agent under test; may be repeated. NAME@attack,hazard: in these arms only. See: hiyari list agents.",
        ),
    ] = None,
    arms: Annotated[
        list[str] | None, typer.Option("--arm", "--arms", help="Only these arms; repeated or with commas between.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Trials of each scenario, arm and agent.")] = 1,
    seed: Annotated[int, typer.Option(help="First seed; trials take the following ones.")] = 1,
    jobs: Jobs = 2,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; one that exists is continued.")] = None,
    lang: Lang = None,
    json: AsJson = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Write the HTML report.")] = True,
    project: Project = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but the results' place.")] = False,
) -> None:
    """Run agents in scenarios, judge them, and write recordings and a report."""
    from .running import run_command

    raise typer.Exit(
        run_command(
            names or [],
            agents=agent or [],
            arms=[arm.strip() for word in arms or [] for arm in word.split(",") if arm.strip()],
            epochs=epochs,
            seed=seed,
            jobs=jobs,
            out=out,
            language=None if lang is None else lang.value,
            as_json=json,
            junit=junit,
            report=report,
            project=project,
            quiet=quiet,
        )
    )


@app.command("list")
def list_(
    kind: Annotated[Kind, typer.Argument(help="What to list.")] = Kind.scenarios,
    json: AsJson = False,
    lang: Lang = None,
    project: Project = None,
) -> None:
    """List scenarios, suites, environments, services, scenes, robots, tools, monitors, guards, checks or agents."""
    from .listing import list_command

    raise typer.Exit(
        list_command(kind.value, as_json=json, language=interface_language(wanted=_value(lang)), project=project)
    )


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of content, or folder of a recording or run.")],
    file: Annotated[
        Path | None, typer.Argument(help="With --image: PNG file to write; NAME.png when left out.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--all", help="Leave nothing of a recording out, and list every file that changed.")
    ] = False,
    image: Annotated[bool, typer.Option("--image", help="Write a picture of a scene, a robot, or 'people'.")] = False,
    size: Size = "640x480",
    at: Annotated[float, typer.Option(help="Simulated seconds before the picture is taken.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of what varies in a picture.")] = 1,
    camera: Camera = "",
    zones: Annotated[bool, typer.Option("--zones", help="Draw zones into a picture.")] = False,
    regions: Annotated[bool, typer.Option("--regions", help="Colour people in a picture by body region.")] = False,
    json: AsJson = False,
    lang: Lang = None,
    project: Project = None,
) -> None:
    """Show a scenario as a card, a scene as an inventory, a recording as a transcript, other content; or a picture."""
    from .picturing import Image, image_command
    from .showing import show_command

    language = interface_language(wanted=_value(lang))
    if image:
        wanted = Image(file, size, at, seed, camera, zones, regions)
        raise typer.Exit(image_command(name, wanted, language=language, project=project, as_json=json))
    if file is not None:
        raise typer.BadParameter("a file is written with --image only", param_hint="FILE")
    if zones or regions or name == "people":
        raise typer.BadParameter("people, zones and regions are shown in pictures: add --image", param_hint="--image")
    raise typer.Exit(show_command(name, language=language, project=project, whole=whole, as_json=json))


@app.command()
def film(
    folder: Annotated[Path, typer.Argument(help="Folder of the recording of an episode.")],
    out: Annotated[Path | None, typer.Option(help="File to write, .gif or .mp4; film.gif in the folder.")] = None,
    size: Size = "480x360",
    fps: Annotated[int, typer.Option(min=1, max=50, help="Frames a second.")] = 10,
    begin: Annotated[float, typer.Option("--from", help="Simulated seconds of the first frame.")] = 0.0,
    end: Annotated[float | None, typer.Option("--to", help="Simulated seconds of the last frame.")] = None,
    camera: Camera = "",
    json: AsJson = False,
    lang: Lang = None,
    project: Project = None,
) -> None:
    """Film a recorded episode with a scene: drawn from the recording, nothing is executed again."""
    from .filming import film_command

    raise typer.Exit(
        film_command(
            folder,
            out=out,
            size=size,
            fps=fps,
            begin=begin,
            end=end,
            camera=camera,
            language=interface_language(wanted=_value(lang)),
            project=project,
            as_json=json,
        )
    )


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Scenarios and suites; all when none is named.")] = None,
    jobs: Jobs = 2,
    seed: Annotated[int, typer.Option(help="Seed of all episodes.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Keep the recordings in this folder.")] = None,
    json: AsJson = False,
    lang: Lang = None,
    project: Project = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what is not proven.")] = False,
) -> None:
    """Prove scenarios: play their reference traces, an agent that does nothing and one that declines, in every arm."""
    from .checking import check_command

    raise typer.Exit(
        check_command(
            names or [],
            jobs=jobs,
            seed=seed,
            out=out,
            as_json=json,
            language=interface_language(wanted=_value(lang)),
            project=project,
            quiet=quiet,
        )
    )


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a run, or of one recording.")],
    out: Annotated[Path | None, typer.Option(help="File to write; report.html in the folder.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write the HTML report of a run or a recording again."""
    from .running import report_command

    language = interface_language(wanted=_value(lang))
    raise typer.Exit(report_command(folder, out=out, junit=junit, as_json=json, language=language))


@app.command()
def doctor(json: AsJson = False, lang: Lang = None) -> None:
    """Tell what works on this machine, and what to do about what does not."""
    from .doctor import doctor_command

    raise typer.Exit(doctor_command(as_json=json, language=interface_language(wanted=_value(lang))))


@app.command()
def clean(
    everything: Annotated[
        bool, typer.Option("--all", help="Also remove what other living runs own; breaks them.")
    ] = False,
    images: Annotated[
        bool, typer.Option("--images", help="Also remove images that no content stands for any more.")
    ] = False,
    lang: Lang = None,
) -> None:
    """Remove containers and volumes that dead runs left behind."""
    from .doctor import clean_command

    clean_command(everything=everything, images=images, language=interface_language(wanted=_value(lang)))


@app.command()
def new(
    thing: Annotated[Thing, typer.Argument(help="What to make.")],
    name: Annotated[str, typer.Argument(help="Its name: SEC-90 for a scenario, my_office for all else.")],
    project: Annotated[Path, typer.Option(help="Folder of your project; made when it does not exist.")] = Path(),
    lang: Lang = None,
) -> None:
    """Write a working, commented scenario, environment, robot, service or tool into your project."""
    from .new import new_command

    new_command(thing.value, name, project=project, language=interface_language(wanted=_value(lang)))


@app.command()
def version() -> None:
    """Print the version."""
    from hiyari import __version__

    typer.echo(__version__)


def command(language: str = "en") -> Any:
    """Return the whole command tree with its help in a language.

    Args:
        language: ``ja`` or ``en``.
    """
    tree: Any = typer.main.get_command(app)
    if language == "ja":
        from hiyari.report.words import say

        for each in (tree, *tree.commands.values()):
            each.help = say(each.help or "", "ja")
            for parameter in each.params:
                if getattr(parameter, "help", None):
                    parameter.help = say(parameter.help, "ja")
    return tree


def _value(language: Language | None) -> str | None:
    return None if language is None else language.value
