"""The language model of a live run: the one L1_LLM_BASE_URL names, or the stand-in as a child process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from goldtape.live.process import serving
from stack import scratch

# The folder that holds the package "services".
TOOLS = Path(__file__).parents[1]
SERVE = "python -m services.l1.stand_ins.llm --port {port}"
API_KEY = "stand-in-key"
# One that is too slow must not make the suite slow; a real one has the time that the environment gives it.
TIMEOUT_S = "1"


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Provide a model.

    Args:
        environ: the environment; an L1_LLM_BASE_URL in it wins.

    Yields:
        The variables to add: `{}`, or L1_LLM_BASE_URL, L1_LLM_API_KEY and L1_LLM_TIMEOUT_S.

    Raises:
        StartError: the stand-in did not start.
    """
    if environ.get("L1_LLM_BASE_URL"):
        yield {}
        return
    with (
        scratch.folder("llm") as folder,
        serving(SERVE, environ, TOOLS, folder / "llm.log") as base_url,
    ):
        yield {"L1_LLM_BASE_URL": base_url, "L1_LLM_API_KEY": API_KEY, "L1_LLM_TIMEOUT_S": TIMEOUT_S}
