"""Golden files for HTTP services: recorded once from a running service, replayed offline, compared at every run.

The way of an exchange, room by room. Each room imports from those above it in this list only.

    config     the [tool.goldtape] table, read once: what a project says of each system, its further headers included
    exchange   what travelled, as plain data: `interaction`; every string of it: `walk`; bytes: `body`, `pieces`, `runs`
    canonical  what may be kept of it, step by step in `pipeline`: `addresses`, `cookies`, the order of concurrent
               requests (`concurrency`), `redaction`, the `headers` that matter, declared `races`, `placeholders` by
               `kinds`; secrets have names (`secret_names`), stand in texts (`secret_texts`), have shapes
               (`secret_shapes`), or are `known`; the `scanner` has the last look, and `refusal` says what is not
               recorded
    goldens    the files: where they lie (`naming`), what a reviewer reads (`transcript`, with `names` for
               placeholders, in its `snapshot_layout`; written and compared by syrupy in `snapshot`), what is
               replayed (`cassette_file`), how they change together (`transaction`)
    cassette   at work under vcrpy: `live` lets requests through and keeps the answers, each hop of a redirect too;
               `replay` finds the answer of a request by its `key`; `doors` see the error of a client that got no
               answer, and raise it again; what is wrong with requests is a value (`faults`)
    verdict    what differs (`drift`), as data (`difference`): two `values`, their `lists` aligned, the `names` of
               minted ones bound and their `relations` told, in `operations`; in `words`, with place and next command
               (`explain`); over a whole run, one cause once (`causes`); the `cases` and rules of a plan, and the
               table of a judged run (`plan`)
    live       where requests of a live run go: `target`, `process`; and where none may go: `network`
    plugin     pytest: `options` say what is asked for, `hooks` translate, `items` are tests to them, whose `ids` show
               no secret. A `session` is a run of pytest with its header and summary lines, a `run` is one test; what it
               has `heard` is its part of the story, a `tape` is what the test sees of it, a `mode` says where answers
               come from. Fixtures `wider` than a test have runs of their own. No `threads` may outlive a test. What
               stands `beside` the exchanges is looked through for secrets, the ends of `logs` stand beside failures,
               and what was `told` once is told no more. Steps that `arrange` judge nothing; `judging` is what tests say
               of the plan; `results` are remembered
    cli        one file a command, listed in `main`

Recording: a test asks its `tape` for a URL and sends a request. vcrpy hands it to the live cassette. At the end of the
test's body, and again when its last fixture is gone, the run takes what was captured through the pipeline. It has the
transcript compared and stages both goldens; they are written when the test has passed. Requests of the teardown stand
apart, as the part afterwards. Replaying: the replay cassette answers instead, and nothing is written. Judging: the
service answers, no golden is looked at, and each test's own assertions say whether its cases conform to the plan.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goldtape.plugin.arrange import NotJudged as NotJudged
    from goldtape.plugin.arrange import arranged as arranged
    from goldtape.plugin.tape import Tape as Tape

_ROOMS = {"NotJudged": "plugin.arrange", "Tape": "plugin.tape", "arranged": "plugin.arrange"}


def __getattr__(name: str) -> Any:
    """What tests need; imported on demand, because commands and runs without a tape need none of it."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"goldtape.{_ROOMS[name]}"), name)
