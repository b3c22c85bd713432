"""What happens to files: bits flip, blocks go, ends are missing, other things stand there."""

import random
from collections.abc import Callable

_HEADER = 256


def damaged(content: bytes, seed: int) -> bytes:
    """The content with one to three kinds of damage, always the same for a seed."""
    chance = random.Random(seed)
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        chance.choice(_KINDS)(made, chance)
    return bytes(made)


def _place(made: bytearray, chance: random.Random) -> int:
    """Half of the damage is in the header, where it does most."""
    end = min(_HEADER, len(made)) if chance.random() < 0.5 else len(made)
    return chance.randrange(max(1, end))


def _flip(made: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 3, 30))):
        if made:
            made[_place(made, chance) % len(made)] ^= 1 << chance.randrange(8)


def _cut(made: bytearray, chance: random.Random) -> None:
    del made[_place(made, chance) :]


def _drop(made: bytearray, chance: random.Random) -> None:
    start = _place(made, chance)
    del made[start : start + chance.choice((1, 2, 16, 512, 4096))]


def _overwrite(made: bytearray, chance: random.Random) -> None:
    start = _place(made, chance)
    length = min(chance.choice((1, 4, 64, 4096)), len(made) - start)
    fill = chance.choice((b"\0", b"\xff", None))
    made[start : start + length] = chance.randbytes(length) if fill is None else fill * length


def _insert(made: bytearray, chance: random.Random) -> None:
    start = _place(made, chance)
    made[start:start] = chance.randbytes(chance.choice((1, 2, 64, 4096)))


def _repeat(made: bytearray, chance: random.Random) -> None:
    start = _place(made, chance)
    made[start:start] = made[start : start + chance.choice((4, 64, 4096))]


_KINDS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _cut,
    _drop,
    _overwrite,
    _insert,
    _repeat,
)
