"""The targets of a live run: the deployment that the environment names, or a local service started for the run.

A local service gets the environment that the system's stack and table add. Its output goes to
`.goldtape/logs/<target>-<port>.log`. It is stopped at the end of the run.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from goldtape.config import Config, System, Target
from goldtape.live import NOT_HERE
from goldtape.live.process import Missing, StartError, free_port, serving

_HERE = ("127.0.0.1", "localhost", "::1")


class TargetError(RuntimeError):
    """A live run has no target; the message says what was tried and what to set."""


def deployments(config: Config) -> dict[str, str]:
    """The variables of the environment that name a deployment, with its base URL."""
    variables = (target.url_env for system in config.systems.values() for target in system.targets)
    return {name: os.environ[name] for name in variables if os.environ.get(name)}


def place(system: System) -> str:
    """Where a live run finds a system, in words: the base URL of its deployment, or that it is started here."""
    named = os.environ.get(system.targets[0].url_env, "")
    return shown(named) if named else "a service started here"


def shown(url: str) -> str:
    """An address as it may be shown: a name and a password in it are nobody's business."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl().rstrip("/")


def foreign(config: Config, names: Container[str] | None = None) -> str:
    """The address of a deployment among some targets, or all, that is on another machine; "" if there is none."""
    named = deployments(config)
    targets = (one for system in config.systems.values() for one in system.targets)
    urls = (named[one.url_env] for one in targets if one.url_env in named and (names is None or one.name in names))
    return next((url for url in urls if urlsplit(url).hostname not in _HERE), "")


def reachable(config: Config) -> set[str]:
    """The hosts that a live run may reach: this machine and the deployments."""
    return {"127.0.0.1", *(host for url in deployments(config).values() if (host := urlsplit(url).hostname))}


@contextmanager
def running(config: Config, system: System, port: int = 0, logs: list[Path] | None = None) -> Iterator[dict[str, str]]:
    """Start what a system needs for a live run; yields target name -> base URL, without a final slash.

    `port` is for the system's own service, 0 for any free port; its support API always takes a free port. `logs`
    takes in the files that the services write to, before they start.

    Raises:
        Missing: What the system stands on is not installed here.
        TargetError: A target has no deployment named and no local service that starts.
    """
    named = {one.name: os.environ[one.url_env].rstrip("/") for one in system.targets if os.environ.get(one.url_env)}
    local = [one for one in system.targets if one.name not in named]
    if named and local:
        raise TargetError(_half_named(system, local))
    for one in system.targets if named else ():
        _check_address(one, named[one.name])
    with ExitStack() as stack:
        environ = dict(system.environ) | os.environ
        for entry in system.stack if local else ():
            try:
                module, _, function = entry.partition(":")
                environ |= stack.enter_context(getattr(importlib.import_module(module), function)(environ))
            except Missing as error:
                raise Missing(f"{system.name} {NOT_HERE}{error}") from error
            except Exception as error:
                raise TargetError(f"{system.name}: {entry} did not start: {error}") from error
        for one in local:
            first = one is system.targets[0]
            named[one.name] = stack.enter_context(started(config, one, environ, port if first else 0, logs))
            environ[one.url_env] = named[one.name]  # a support API may have to ask the service itself
        yield named


@contextmanager
def started(
    config: Config, target: Target, environ: Mapping[str, str], port: int = 0, logs: list[Path] | None = None
) -> Iterator[str]:
    """Run one target's local service; yields its base URL. `logs` as for `running`.

    Raises:
        TargetError: The target has no local service, or the service did not start.
    """
    if not target.serve:
        raise TargetError(
            f"{target.name} has no address: {target.url_env} is not set, and no `serve` command is configured\n"
            f"next: set {target.url_env} to a deployment, or `serve` in the system's table in pyproject.toml"
        )
    port = port or free_port()
    log = config.logs / f"{target.name}-{port}.log"
    if logs is not None:
        logs.append(log)
    try:
        with serving(target.serve, environ, config.root, log, target.ready, port) as url:
            yield url
    except StartError as error:
        raise TargetError(
            f"{target.name}: the local service did not start: {error}\n"
            f"next: mend the service, or name a running one: {target.url_env}=http://host:port pytest --live"
        ) from error


def _check_address(target: Target, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise TargetError(
            f"{target.name}: {target.url_env}={url} is no address\n"
            f"next: {target.url_env}=http://host:port, or unset it to have a local service started"
        )


def _half_named(system: System, local: list[Target]) -> str:
    names = ", ".join(one.url_env for one in system.targets if one not in local)
    missing = ", ".join(one.url_env for one in local)
    return (
        f"{system.name}: {names} names a deployment, but {missing} is not set, and what would be started here "
        f"stands on other data\nnext: run the support API beside the deployment (goldtape support {system.name}) "
        f"and set {missing}"
    )
