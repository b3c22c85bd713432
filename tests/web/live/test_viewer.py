import asyncio
from itertools import count

from runout.web.live.viewer import MOST_SOUND, MOST_WORDS, Viewer, Word


def viewer(sound=True):
    numbers = count()
    return Viewer(lambda: Word("hello", str(next(numbers))), sound)


async def waiting(one):
    words = []
    while True:
        try:
            words.append(await asyncio.wait_for(one.next(), 0.01))
        except TimeoutError:
            return words


def test_hello_comes_first_and_sound_after_all_else():
    async def run():
        one = viewer()
        one.tell(Word("sound", "a"))
        one.tell(Word("event", "b"))
        return await waiting(one)

    words = asyncio.run(run())
    assert [word.kind for word in words] == ["hello", "event", "sound"]


def test_a_slow_viewer_loses_the_oldest_sound_and_no_event():
    async def run():
        one = viewer()
        for number in range(400):
            one.tell(Word("sound", str(number)))
            one.tell(Word("event", str(number)))
        return await waiting(one)

    words = asyncio.run(run())
    numbers = {
        kind: [int(word.data) for word in words if word.kind == kind] for kind in ("event", "sound")
    }
    assert numbers["event"] == list(range(400))
    assert numbers["sound"] == list(range(400 - MOST_SOUND, 400))


def test_one_that_fetches_nothing_holds_little_and_is_told_all_anew():
    async def run():
        one = viewer(sound=False)
        for number in range(10 * MOST_WORDS):
            one.tell(Word("sound", "x"))
            one.tell(Word("event", str(number)))
        return await waiting(one)

    words = asyncio.run(run())
    assert len(words) <= MOST_WORDS
    assert words[0].kind == "hello"
    # All that came after it, and nothing that came before.
    after = [int(word.data) for word in words[1:]]
    assert after == list(range(10 * MOST_WORDS - len(after), 10 * MOST_WORDS))


def test_one_that_leaves_is_told_no_more():
    async def run():
        one = viewer()
        one.leave()
        return await one.next()

    assert asyncio.run(run()) is None
