"""`goldtape`: its help, wrong use of it, where it finds its project, and what it makes of an error."""

from __future__ import annotations

import argparse
import json
import types
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from goldtape.cli import main as module
from goldtape.config import ConfigError
from goldtape.goldens.reading import UnreadableGolden
from goldtape.live.target import TargetError

from ..stories.project import Project
from .command import Command, Outcome
from .write_help import FOLDER, PAGES, page, write

USAGE = "usage: goldtape [-h] COMMAND ..."
NO_PROJECT = Outcome(
    2,
    [],
    ["no pyproject.toml with a [tool.goldtape] table here or above", "next: goldtape new project FOLDER"],
)
IN_A_PROJECT = {
    "record": ["record"],
    "verify": ["verify"],
    "judge": ["judge"],
    "audit": ["audit"],
    "cases": ["cases"],
    "up": ["up", "nowhere"],
    "support": ["support", "nowhere"],
    "new": ["new", "test", "shop", "first-story"],
}
"""The commands that need a project, as they are given; none of them would serve until Ctrl-C."""


# ------------------------------------------------------------------ help


@pytest.mark.parametrize("name", PAGES)
def test_the_help_of_a_command_is_as_written(shop: Project, command: Command, name: str) -> None:
    """Every page is a golden; a change of it is a change of what a person reads."""
    written = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")

    shown = command(shop, *PAGES[name], "--help")

    assert shown == Outcome(0, written.splitlines(), []), "meant? python -m tests.goldtape.cli.write_help"


def test_the_pages_are_all_there_are(tmp_path: Path) -> None:
    """Written anew, the folder holds these files, and a page of a command that is gone is gone too."""
    (tmp_path / "gone.txt").write_text("usage: goldtape gone", encoding="utf-8")

    write(tmp_path)

    assert texts(tmp_path) == texts(FOLDER)
    assert texts(tmp_path)["cases"] == page("cases")


def test_every_command_has_a_page_and_a_place_here() -> None:
    """A new command appears in both tables."""
    assert module.COMMANDS.keys() <= PAGES.keys()
    assert module.COMMANDS.keys() - IN_A_PROJECT.keys() == {"demo"}


def texts(folder: Path) -> dict[str, str]:
    """Page -> text."""
    return {file.stem: file.read_text(encoding="utf-8") for file in folder.iterdir()}


# ------------------------------------------------------------------ wrong use


def test_no_command_is_wrong_use(shop: Project, command: Command) -> None:
    """What is missing has the name that it has in the help."""
    assert command(shop) == Outcome(2, [], [USAGE, "goldtape: error: the following arguments are required: COMMAND"])


def test_an_unknown_command_is_answered_with_all_there_are(shop: Project, command: Command) -> None:
    """The message repeats the word and lists the valid ones."""
    refused = command(shop, "adit")

    # Whether each valid word stands in quotes depends on the version of Python.
    assert (refused.code, refused.out, [line.replace("'", "") for line in refused.err]) == (
        2,
        [],
        [
            USAGE,
            "goldtape: error: argument COMMAND: invalid choice: adit "
            "(choose from record, verify, judge, audit, cases, up, support, new, demo)",
        ],
    )


@pytest.mark.parametrize("name", ["audit", "cases", "up", "support", "new", "demo"])
def test_what_a_command_does_not_take_is_refused(shop: Project, command: Command, name: str) -> None:
    """Only record, verify and judge hand to pytest what they do not know; the others name it."""
    words = {**IN_A_PROJECT, "demo": ["demo"]}[name]

    refused = command(shop, *words, "--fix", "everything")

    assert refused == Outcome(2, [], [USAGE, f"goldtape: error: {name} does not take --fix everything"])
    assert refused.after.changed == []


# ------------------------------------------------------------------ the project


@pytest.mark.parametrize("name", IN_A_PROJECT)
def test_outside_of_a_project_the_message_says_how_to_begin_one(shop: Project, command: Command, name: str) -> None:
    """A pyproject.toml without the table is none of goldtape's."""
    foreign = shop.add("pyproject.toml", "[project]\nname = 'other'\n")

    refused = command(foreign, *IN_A_PROJECT[name])

    assert refused == NO_PROJECT
    assert refused.after.changed == []


@pytest.mark.parametrize("name", IN_A_PROJECT)
def test_a_broken_table_is_said_once_and_nothing_is_done(shop: Project, command: Command, name: str) -> None:
    """The key, what it may have meant, and what is valid."""
    broken = shop.configure('actor = "X-User"', 'acter = "X-User"')

    refused = command(broken, *IN_A_PROJECT[name])

    assert refused == Outcome(
        2,
        [],
        [
            "[tool.goldtape.systems.shop] has an unknown key 'acter'; did you mean 'actor'? valid: actor, environ, "
            "host, opaque, public, ready, request-headers, response-headers, secrets, serve, stack, support, "
            "url-env, volatile"
        ],
    )
    assert refused.after.changed == []


@pytest.mark.parametrize("name", IN_A_PROJECT)
def test_a_file_that_is_no_toml_is_named(shop: Project, command: Command, name: str) -> None:
    """The file and what the parser said of it."""
    broken = shop.add("pyproject.toml", "[tool.goldtape\n")

    refused = command(broken, *IN_A_PROJECT[name])

    assert (refused.code, refused.out, len(refused.err)) == (2, [], 1)
    assert refused.err[0].startswith(f"{shop.path}/pyproject.toml is not readable TOML: Expected ']'")


def test_the_project_is_found_from_a_folder_inside_it(shop: Project, command: Command) -> None:
    """A command may be given anywhere below the file that has the table."""
    assert command(shop, "up", "shopp", below="tests") == command(shop, "up", "shopp")
    assert command(shop, "up", "shopp", below="tests").err == ["no system 'shopp'; valid: shop"]


def test_a_command_finishes_the_commit_that_a_killed_run_left(shop: Project, command: Command) -> None:
    """A journal that stands is carried out before anything else, whatever the command comes to."""
    target, new = "snapshots/test_shop/test_ask.json", "snapshots/test_shop/.goldtape-0-0.new"
    journal = json.dumps([[f"../{target}", f"../{new}", None]])
    killed = shop.add(new, '{"whole": true}\n').add(".goldtape/commit/journal.json", journal)

    refused = command(killed, "up", "shopp")

    assert refused.code == 2
    assert refused.after.changed == [new, target]  # one is gone, the other there
    assert refused.after.golden(target) == '{"whole": true}\n'
    assert not any(path.startswith(".goldtape/commit/") for path in refused.after.files)


# ------------------------------------------------------------------ errors, and the script


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        pytest.param(ConfigError("no such system"), ["no such system"], id="configuration"),
        pytest.param(TargetError("no address"), ["no address"], id="target"),
        pytest.param(
            UnreadableGolden(Path("a.json"), 3, "not JSON"),
            [
                "a.json:3: not JSON",
                "next: restore the file (git checkout HEAD -- a.json), or delete it and record the test again",
            ],
            id="golden",
        ),
        pytest.param(
            KeyboardInterrupt(),
            ["interrupted; goldens change only after their test has passed, so none is half-written"],
            id="ctrl-c",
        ),
    ],
)
def test_an_error_that_a_person_can_mend_is_a_message_and_no_traceback(
    shop: Project, command: Command, monkeypatch: pytest.MonkeyPatch, error: BaseException, lines: list[str]
) -> None:
    """Whichever command raises it: the message on stderr, exit code 2."""
    monkeypatch.setitem(module.COMMANDS, "audit", a_command(raising(error)))

    assert command(shop, "audit") == Outcome(2, [], lines)


def test_any_other_error_keeps_its_traceback(shop: Project, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of goldtape's own is not dressed up as wrong use."""
    monkeypatch.setitem(module.COMMANDS, "audit", a_command(raising(ZeroDivisionError("a fault"))))

    with pytest.raises(ZeroDivisionError, match="a fault"):
        command(shop, "audit")


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_script_ends_with_the_exit_code_of_its_command(
    shop: Project, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """`goldtape WORDS` is main(WORDS): pip makes the script from this entry point."""
    [script] = metadata.entry_points(group="console_scripts", name="goldtape")
    given: list[argparse.Namespace] = []

    def run(arguments: argparse.Namespace) -> int:
        given.append(arguments)
        return code

    monkeypatch.setitem(module.COMMANDS, "cases", a_command(run))
    monkeypatch.setattr("sys.argv", ["goldtape", "cases", "--json"])
    shop.write()

    with pytest.raises(SystemExit) as stop:
        script.load()()

    assert stop.value.code == code
    assert [arguments.json for arguments in given] == [True]


def a_command(run: Callable[..., int]) -> types.ModuleType:
    """The module of a command that runs this, and takes what `cases` takes."""
    made = types.ModuleType("made", "A command of a test.")
    made.__dict__.update(configure=module.COMMANDS["cases"].configure, run=run)
    return made


def raising(error: BaseException) -> Callable[..., int]:
    """What raises an error when it is called."""

    def run(_: object) -> int:
        raise error

    return run
