"""See it work: record a small service, replay it, plant a breaking change, read the explanation.

Everything happens in a temporary folder, on the loopback interface, in well under a minute.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from goldtape.cli.new import write_project

_CHANGE = ('"total": total', '"amount": total')
# Whatever other plugins this environment has would only add lines of their own.
_ENVIRONMENT = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": "-p pytest_recording.plugin -p syrupy -p goldtape.plugin.hooks -p no:cacheprovider",
}
# They would point the demo at a deployment, and make its replays live.
_FOREIGN = ("ORDERS_URL", "GOLDTAPE_LIVE")
_RECORD = ("--live", "--record-mode=rewrite")


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""
    parser.set_defaults(needs_project=False)


def run(arguments: argparse.Namespace) -> int:
    """Tell the story; 1 when a step does not come out as it should."""
    with tempfile.TemporaryDirectory(prefix="goldtape-demo-") as folder:
        project = Path(folder) / "shop"
        write_project(project)
        return 0 if all(step(project) for step in (_record, _replay, _break, _replay_again)) else 1


def _record(project: Path) -> bool:
    _say("1. Record: the test talks to the running service; what travels becomes a cassette and a snapshot.")
    code = _pytest(project, *_RECORD)
    _show(project / "snapshots/orders/test_orders/test_an_order_can_be_read_back.json", lines=32)
    return code == 0


def _replay(project: Path) -> bool:
    _say("2. Replay: the default. No service, no network, the same test.")
    return _pytest(project) == 0


def _break(project: Path) -> bool:
    before, after = _CHANGE
    service = project / "service.py"
    text = service.read_text(encoding="utf-8")
    service.write_text(text.replace(before, after), encoding="utf-8")
    _say(
        f"3. A breaking change is planted in the service: {before} becomes {after}.\n"
        "   Verify finds it, and says what it is:"
    )
    return text.count(before) == 1 and _pytest(project, "--live") == 1


def _replay_again(project: Path) -> bool:
    _say("4. Nothing was written: the goldens still hold what clients rely on, and replay is green.")
    return _pytest(project) == 0


def _pytest(project: Path, *arguments: str) -> int:
    print(f"\n$ pytest {' '.join(arguments)}".rstrip(), flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    environ = {name: value for name, value in os.environ.items() if name not in _FOREIGN} | _ENVIRONMENT
    done = subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, end="", flush=True)
    return done.returncode


def _say(text: str) -> None:
    print(f"\n{text}", flush=True)


def _show(path: Path, lines: int) -> None:
    if path.exists():
        text = path.read_text(encoding="utf-8").splitlines()
        print(f"\n$ head -{lines} {'/'.join(path.parts[-4:])}")
        print("\n".join(text[:lines]), flush=True)
