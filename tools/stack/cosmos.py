"""A Cosmos DB emulator on loopback, for runs that ask for Cosmos and name no account.

The emulator is an npm package. It is installed once, into the project's cache, and serves from memory:
every start is an empty account.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

from goldtape.live.process import END_WITH_PARENT, Missing, stop

PACKAGE = "@vercel/cosmosdb-server"
VERSION = "1.0.1"
CACHE = Path(__file__).resolve().parents[2] / ".goldtape" / "npm"

# The emulator checks no signature, so any base64 does: this one says what it is.
KEY = b64encode(b"loopback emulator, not a secret").decode()

START_TIMEOUT_S = 30.0


class EmulatorError(Exception):
    """The emulator cannot be installed or started; the message says what to do."""


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run the emulator while the block runs, if the environment asks for Cosmos and names no account.

    Yields:
        The variables to add to the service's environment: COSMOS_ENDPOINT and COSMOS_KEY, or none.

    Raises:
        Missing: node or npm is not installed.
        EmulatorError: The emulator cannot be installed or started.
    """
    if environ.get("CURATION_STORE") != "cosmos" or environ.get("COSMOS_ENDPOINT"):
        yield {}
        return
    process = subprocess.Popen(
        [_command("node"), str(_installed()), "--host", "127.0.0.1", "--port", "0", "--no-ssl"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=END_WITH_PARENT,
    )
    try:
        yield {"COSMOS_ENDPOINT": f"http://127.0.0.1:{_port(process)}", "COSMOS_KEY": KEY}
    finally:
        stop(process)
        if process.stdout:
            process.stdout.close()


def _command(name: str) -> str:
    if found := shutil.which(name):
        return found
    raise Missing(
        f"{name} is not installed, and CURATION_STORE=cosmos needs it: install Node.js 18 or newer, "
        "or name an account: COSMOS_ENDPOINT, COSMOS_KEY"
    )


def _installed() -> Path:
    """Return the emulator's entry script, installing the package when the cache has no such version."""
    home = CACHE / f"cosmosdb-server-{VERSION}"
    if not home.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        # Installed aside and renamed, so that an interrupted install is never taken for a whole one.
        with TemporaryDirectory(dir=CACHE) as aside:
            _install(Path(aside) / "package")
            (Path(aside) / "package").rename(home)
    return home / "node_modules" / PACKAGE / "lib" / "cli.js"


def _install(folder: Path) -> None:
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"private": True}), encoding="utf-8")
    command = [
        _command("npm"),
        "install",
        "--prefix",
        str(folder),
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    done = subprocess.run([*command, f"{PACKAGE}@{VERSION}"], check=False, capture_output=True, text=True)
    if done.returncode:
        raise EmulatorError(
            f"npm could not install {PACKAGE}@{VERSION} (exit code {done.returncode})\n"
            f"  {done.stderr.strip()}\n"
            "  check the registry npm is configured with, or set COSMOS_ENDPOINT and COSMOS_KEY"
        )


def _port(process: subprocess.Popen[str]) -> int:
    """Return the port from the line the emulator prints once it listens."""
    assert process.stdout is not None
    deadline = Timer(START_TIMEOUT_S, process.kill)
    deadline.start()
    line = process.stdout.readline()
    deadline.cancel()
    port = line.strip().rpartition(":")[2]
    if not port.isdecimal():
        raise EmulatorError(
            f"{PACKAGE}@{VERSION} ended or hung (over {START_TIMEOUT_S:.0f} s) before it listened; it said {line!r}\n"
            "  run `node --version` (18 or newer), or set COSMOS_ENDPOINT and COSMOS_KEY"
        )
    return int(port)
