"""What waits for one viewer: bounded, however slowly it is fetched."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MOST_SOUND = 20
"""Pictures of sound that wait at most (2 s of them); then the oldest is of no use any more"""
MOST_WORDS = 500
"""Of all else; beyond that everything is told anew"""


@dataclass(frozen=True, slots=True)
class Word:
    """Something to tell a viewer: a server-sent event (HTML standard, 9.2)."""

    kind: str
    """`sound`, `state`, `event`, ..."""
    data: str
    """One line of JSON"""


class Viewer:
    """One that looks on. For one event loop."""

    def __init__(self, hello: Callable[[], Word], sound: bool) -> None:
        """`hello` tells all there is to know; `sound`: whether pictures of it are wanted."""
        self._hello = hello
        self._wants_sound = sound
        self._sound: deque[Word] = deque(maxlen=MOST_SOUND)
        self._words: deque[Word] = deque([hello()])
        self._something = asyncio.Event()
        self._something.set()
        self._over = False

    def tell(self, word: Word) -> None:
        """Leave a word for it. Of sound the oldest is lost, of nothing else anything.

        Where too much waits, it waits no more, and everything is told anew instead.
        """
        if word.kind == "sound":
            if not self._wants_sound:
                return
            self._sound.append(word)
        else:
            self._words.append(word)
            if len(self._words) > MOST_WORDS:
                self._words.clear()
                self._words.append(self._hello())
        self._something.set()

    def leave(self) -> None:
        """There is nothing more to see."""
        self._over = True
        self._something.set()

    async def next(self) -> Word | None:
        """Wait for the next word; sound comes after all else. None: it is over."""
        await self._something.wait()
        if self._over:
            return None
        queue = self._words or self._sound
        word = queue.popleft()
        if not self._words and not self._sound:
            self._something.clear()
        return word
