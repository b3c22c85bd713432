"""What the link says and hears: words for now, letters that must arrive, commands.

Words and letters come from any thread; all else is for the link's thread.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from runout.report.mqtt.delivery import Delivery

STOP_S = 3.0
"""Seconds that a clean stop waits for the broker to take what is left to say"""
LAST_WORD_S = 1.0
"""... and then the last words"""
SOON_S = 60.0
"""What was to be said after a side is of no use later than this"""

_NO_ROOM = (128, 131, 151)
"""Reason codes 'unspecified', 'implementation specific' and 'quota exceeded' (MQTT 5, 3.4.2.1): of
the broker, not of the letter, so that it is worth while to ask again"""
_HEADER = 16
"""Bytes of a PUBLISH at most beside topic and payload (MQTT 5, 3.3)"""

_log = logging.getLogger(__name__)

Handler = Callable[[MQTTMessage], None]


@dataclass(frozen=True, slots=True)
class Word:
    """A message that is of no use later: what isn't said at once is never said."""

    topic: str
    payload: str
    qos: Literal[0, 1] = 1
    retain: bool = True


class Voice:
    """The box's end of the talk with the broker (see `talk.Talk`)."""

    def __init__(self, delivery: Delivery, durable: bool) -> None:
        """`durable`: what `delivery` holds outlives us, so that it needn't all go out at a stop."""
        self.refused = 0
        """Letters that the broker refused for good"""
        self.unheard: tuple[str, ...] = ()
        """Topics that the broker doesn't let us hear, as of the last connection"""
        self._delivery = delivery
        self._durable = durable
        # What others leave for the link's thread; a deque needs no lock for that.
        self._words: deque[Word] = deque()
        self._letters: deque[tuple[str, str, bool, float]] = deque()
        self._greetings: list[Callable[[], Sequence[Word]]] = []
        self._chores: list[Callable[[], None]] = []
        self._errands: deque[Callable[[], None]] = deque()
        self._farewell: Sequence[Word] = ()
        self._commands: dict[str, Handler] = {}
        self._others: dict[str, Handler] = {}
        self._newest_side: str | None = None
        self._side: Word | None = None
        self._after_side: tuple[Word, float] | None = None
        self._leaving_s: float | None = None
        self._last_words: set[int] | None = None
        self._largest: int | None = None
        self._full = False
        self._deaf_to: set[str] = set()
        self._unheard_told = False

    @property
    def depth(self) -> int:
        """Letters that the broker hasn't confirmed."""
        return len(self._letters) + self._delivery.depth

    def greet(self, greeting: Callable[[], Sequence[Word]]) -> None:
        """Have `greeting`'s words said on every fresh connection; before the link starts."""
        self._greetings.append(greeting)

    def obey(self, topic: str, handler: Handler) -> None:
        """Subscribe to a topic on which this box is told something; before the link starts."""
        self._commands[topic] = handler

    def hear(self, topic: str, handler: Handler) -> None:
        """Subscribe to a topic on which others say something; before the link starts."""
        self._others[topic] = handler

    def often(self, chore: Callable[[], None]) -> None:
        """Do `chore` a few times a second while there is a broker; before the link starts."""
        self._chores.append(chore)

    def say(self, word: Word) -> None:
        """Say a word, if there is a broker now. Safe from any thread."""
        self._words.append(word)

    def say_after_side(self, word: Word) -> None:
        """Say a word once the broker has the side that is posted next, if that is soon."""
        self._after_side = word, time.monotonic() + SOON_S

    def recall_side(self, topic: str, payload: str) -> None:
        """Say the last side of an earlier run on every connection; before the link starts."""
        self._newest_side = payload
        self._side = Word(topic, payload)

    def post(self, topic: str, payload: str, event: bool) -> None:
        """Take a letter: an `event`, or a side, which is retained. Safe from any thread."""
        if not event:
            self._newest_side = payload
        self._letters.append((topic, payload, event, time.monotonic()))

    def afterwards(self, errand: Callable[[], None]) -> None:
        """Do `errand` in the link's thread, with all that was posted before in the outbox."""
        self._errands.append(errand)

    def part_with(self, farewell: Sequence[Word]) -> None:
        """Have these be the last words; before the link stops."""
        self._farewell = farewell
        self._leaving_s = time.monotonic()

    def put_away(self) -> None:
        """Keep what isn't confirmed; after the link has stopped."""
        errands = self._collect()
        self._delivery.keep(time.monotonic(), everything=True)
        for errand in errands:
            errand()

    def connected(self, client: Client, largest: int | None) -> None:
        """Say how things stand, and subscribe."""
        self._largest = largest
        self._words.clear()
        for greeting in self._greetings:
            for word in greeting():
                self._publish(client, word)
        # Said again though confirmed: a broker that restarted may have forgotten it. Not where a
        # newer one waits, whose turn comes.
        if self._side is not None and self._side.payload == self._newest_side:
            self._publish(client, self._side)
        _subscribe(client, list(self._commands), list(self._others))

    def subscribed(self, reasons: Sequence[ReasonCode]) -> None:
        """Note which topics the broker doesn't let us hear."""
        topics = (*self._commands, *self._others)
        refused = [pair for pair in zip(topics, reasons, strict=False) if pair[1].is_failure]
        self.unheard = tuple(topic for topic, _ in refused)
        if refused and not self._unheard_told:
            self._unheard_told = True
            _log.warning(
                "MQTT: the broker doesn't let this box hear %s (%s): what is told there doesn't "
                "arrive; see the broker's access list",
                ", ".join(self.unheard),
                refused[0][1],
            )

    def lost(self) -> None:
        """Have all sent again that isn't confirmed."""
        culprit = self._delivery.lost()
        if culprit is not None:
            self._deaf("hangs up at what is said on", culprit.topic)

    def message(self, message: MQTTMessage) -> None:
        """Hand on what was heard."""
        try:
            topic = message.topic
        except UnicodeDecodeError:  # not every broker refuses it
            return
        handler = self._commands.get(topic) or self._others.get(topic)
        if handler is not None:
            handler(message)

    def confirmed(self, mid: int, reason: ReasonCode) -> None:
        """Cross off what the broker has."""
        if self._last_words is not None:
            self._last_words.discard(mid)
        now_s = time.monotonic()
        if reason.value in _NO_ROOM and self._delivery.sent_back(mid, now_s):
            if not self._full:
                _log.warning("MQTT: the broker has no room (%s); asking again", reason)
            self._full = True
            return
        letter = self._delivery.confirmed(mid, now_s)
        if letter is None:
            return
        if self._leaving_s is not None and not self._durable:
            self._leaving_s = time.monotonic()
        if reason.is_failure:
            if not self.refused:
                _log.warning(
                    "MQTT: the broker refuses what is said on %s: %s", letter.topic, reason
                )
            self.refused += 1
        if letter.event:
            return
        # One that was refused, too, is said again: the broker may be put right meanwhile.
        self._side = Word(letter.topic, letter.payload)
        if not reason.is_failure:
            self._side_told(letter.payload)

    def step(self, client: Client | None) -> bool:
        """Send what there is to send, and keep what has waited for too long.

        Returns whether the broker confirms what it gets.
        """
        now_s = time.monotonic()
        errands = self._collect()
        if client is None:
            self._words.clear()
        else:
            for chore in self._chores:
                chore()
            while self._words:
                self._publish(client, self._words.popleft())
            for letter in self._delivery.due(now_s):
                word = Word(letter.topic, letter.payload, 1, retain=not letter.event)
                if self._fits(word):
                    self._delivery.sent(letter, self._publish(client, word))
                else:
                    self._delivery.set_aside(letter)
                    self._too_large(letter.topic)
        self._delivery.keep(now_s)
        for errand in errands:
            errand()
        return not self._delivery.unanswered(now_s)

    def leave(self, client: Client) -> Literal["wait", "left", "cut"]:
        """Send what is left, then say that we leave."""
        self.step(client)
        assert self._leaving_s is not None
        waited_s = time.monotonic() - self._leaving_s
        if self._last_words is None:
            if self._delivery.to_send and waited_s < STOP_S:
                return "wait"
            self._leaving_s = time.monotonic()
            self._last_words = {self._publish(client, word) for word in self._farewell} - {0}
            return "wait"
        if self._last_words:
            return "wait" if waited_s < LAST_WORD_S else "cut"
        return "left"

    def _side_told(self, payload: str) -> None:
        if self._after_side is None or payload != self._newest_side:
            return
        word, until_s = self._after_side
        self._after_side = None
        if time.monotonic() < until_s:
            self.say(word)

    def _collect(self) -> list[Callable[[], None]]:
        """Take the letters; return the errands that were sent after none but these."""
        errands = [self._errands.popleft() for _ in range(len(self._errands))]
        while self._letters:
            self._delivery.put(*self._letters.popleft())
        return errands

    def _publish(self, client: Client, word: Word) -> int:
        if not self._fits(word):
            self._too_large(word.topic)
            return 0  # which is no message's
        return client.publish(word.topic, word.payload, word.qos, word.retain).mid

    def _fits(self, word: Word) -> bool:
        size = len(word.topic.encode()) + len(word.payload.encode()) + _HEADER
        return self._largest is None or size <= self._largest

    def _too_large(self, topic: str) -> None:
        self._deaf(f"takes no more than {self._largest} bytes, too few for", topic)

    def _deaf(self, why: str, topic: str) -> None:
        """Say once for a topic that the broker can't take what is said there."""
        if topic not in self._deaf_to:
            _log.warning("MQTT: the broker %s %s; going on without", why, topic)
        self._deaf_to.add(topic)


def _subscribe(client: Client, commands: list[str], others: list[str]) -> None:
    if client.protocol == MQTTv5:
        # Commands that somebody left on the broker are not even sent, and one that is left there
        # while we listen shows that it is: without these options it would look like any other.
        wary = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=2)
        usual = SubscribeOptions(qos=1)
        client.subscribe([*((name, wary) for name in commands), *((n, usual) for n in others)])
    else:
        client.subscribe([(name, 1) for name in (*commands, *others)])
