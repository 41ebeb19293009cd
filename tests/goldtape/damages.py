"""Damages of a file, made at random from a seed: what editors, merges, disks and people do to goldens."""

from __future__ import annotations

import random
from collections.abc import Callable

Damage = Callable[[random.Random, bytes], bytes]


def truncated(rng: random.Random, raw: bytes) -> bytes:
    """Cut off anywhere."""
    return raw[: rng.randrange(len(raw))]


def without_its_head(rng: random.Random, raw: bytes) -> bytes:
    """The other end of that."""
    return raw[rng.randrange(1, len(raw)) :]


def with_another_byte(rng: random.Random, raw: bytes) -> bytes:
    """One byte flipped on the disk."""
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ rng.randrange(1, 256)]) + raw[at + 1 :]


def without_a_byte(rng: random.Random, raw: bytes) -> bytes:
    """A slip of a finger."""
    at = rng.randrange(len(raw))
    return raw[:at] + raw[at + 1 :]


def with_a_hole(rng: random.Random, raw: bytes) -> bytes:
    """A block of zeros, as a file system leaves it after a power cut."""
    at = rng.randrange(len(raw))
    return raw[:at] + bytes(min(512, len(raw) - at)) + raw[at + 512 :]


def with_nul(rng: random.Random, raw: bytes) -> bytes:
    """A zero byte somewhere."""
    at = rng.randrange(len(raw))
    return raw[:at] + b"\0" + raw[at:]


def with_crlf(rng: random.Random, raw: bytes) -> bytes:
    """Checked out on another system, or one line edited there."""
    lines = raw.splitlines(keepends=True)
    chosen = range(len(lines)) if rng.random() < 0.5 else [rng.randrange(len(lines))]
    return b"".join(line.replace(b"\n", b"\r\n") if at in chosen else line for at, line in enumerate(lines))


def with_byte_order_mark(rng: random.Random, raw: bytes) -> bytes:
    """Saved by an editor that marks UTF-8."""
    return b"\xef\xbb\xbf" + raw


def in_utf_16(rng: random.Random, raw: bytes) -> bytes:
    """Saved by one that knows another encoding."""
    return raw.decode("utf-8").encode("utf-16")


def without_a_line(rng: random.Random, raw: bytes) -> bytes:
    """A merge that lost one."""
    lines = raw.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def with_a_line_twice(rng: random.Random, raw: bytes) -> bytes:
    """A merge that took both."""
    lines = raw.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return b"".join([*lines[: at + 1], *lines[at:]])


def with_lines_swapped(rng: random.Random, raw: bytes) -> bytes:
    """Two neighbours in the wrong order."""
    lines = raw.splitlines(keepends=True)
    at = rng.randrange(len(lines) - 1)
    return b"".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])


def with_a_line_indented(rng: random.Random, raw: bytes) -> bytes:
    """By blanks or a tab."""
    lines = raw.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return b"".join([*lines[:at], rng.choice([b" ", b"  ", b"\t"]) + lines[at], *lines[at + 1 :]])


def with_a_value_of_another_type(rng: random.Random, raw: bytes) -> bytes:
    """What stands after a colon replaced by something of another type."""
    lines = raw.splitlines(keepends=True)
    at = rng.choice([number for number, line in enumerate(lines) if b": " in line])
    value = rng.choice([b"[1]", b"{}", b"null", b"-1", b"true", b'"text"', b"1e999", b"2026-01-01", b"9" * 5000])
    comma = b"," if lines[at].rstrip().endswith(b",") else b""
    return b"".join([*lines[:at], lines[at].partition(b": ")[0] + b": " + value + comma + b"\n", *lines[at + 1 :]])


def with_a_merge_conflict(rng: random.Random, raw: bytes) -> bytes:
    """Left by a merge that nobody resolved."""
    lines = raw.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return b"".join(
        [*lines[:at], b"<<<<<<< HEAD\n", lines[at], b"=======\n", lines[at], b">>>>>>> b\n", *lines[at + 1 :]]
    )


def with_deep_brackets(rng: random.Random, raw: bytes) -> bytes:
    """Far more brackets than a parser has stack for."""
    brackets = rng.choice([b"[", b"{", b'{"a":[', b"- "]) * 100_000
    return brackets if rng.random() < 0.5 else raw.replace(b": ", b": " + brackets, 1)


def of_random_bytes(rng: random.Random, raw: bytes) -> bytes:
    """Another file altogether."""
    return rng.randbytes(rng.randrange(1, 2000))


DAMAGES: list[Damage] = [
    truncated,
    without_its_head,
    with_another_byte,
    without_a_byte,
    with_a_hole,
    with_nul,
    with_crlf,
    with_byte_order_mark,
    in_utf_16,
    without_a_line,
    with_a_line_twice,
    with_lines_swapped,
    with_a_line_indented,
    with_a_value_of_another_type,
    with_a_merge_conflict,
    with_deep_brackets,
    of_random_bytes,
]


def damaged(rng: random.Random, raw: bytes) -> tuple[str, bytes]:
    """The name of a damage and the damaged content, which differs from the whole one."""
    while True:
        damage = rng.choice(DAMAGES)
        if (content := damage(rng, raw)) != raw:
            return damage.__name__, content
