"""Makes Home Assistant know the box: on every connection, and whenever it starts itself."""

import random
import time
from collections.abc import Callable, Sequence

from paho.mqtt.client import MQTTMessage

from runout.report.home_assistant.discovery import (
    MOST_RETIRED,
    REVIVED_AT_ONCE,
    birth_topic,
    config_topic,
    device_config,
    retired_by,
    to_payload,
)
from runout.report.mqtt.topics import ONLINE, Topics
from runout.report.mqtt.voice import Voice, Word

BIRTH_WAIT_S = (1.0, 5.0)
"""A random time within these after Home Assistant's birth message, since every box hears it at once
(https://www.home-assistant.io/integrations/mqtt/#use-the-birth-and-will-messages-to-trigger-discovery)"""
KEPT_WAIT_S = 1.0
"""For the broker to tell what it has kept of another version, after a fresh connection"""
REVIVED_S = 3.0
"""For Home Assistant to set up what it is then told to remove; it drops what comes meanwhile"""


class Announcer:
    """Says the device's payload whenever it is due; all of it in the link's thread."""

    def __init__(
        self,
        topics: Topics,
        prefix: str,
        voice: Voice,
        clock: Callable[[], float] = time.monotonic,
        wait_s: Callable[[], float] = lambda: random.uniform(*BIRTH_WAIT_S),
    ) -> None:
        """Speak and listen through `voice`, from the next connection on.

        `prefix` is Home Assistant's discovery prefix.
        """
        self._topics = topics
        self._clock = clock
        self._wait_s = wait_s
        self._voice = voice
        self._config_topic = config_topic(prefix, topics)
        self._retired: dict[str, str] = {}
        self._due_s: float | None = None
        self._to_revive: list[str] = []
        voice.greet(self._connected)
        voice.hear(self._config_topic, self._kept)
        voice.hear(birth_topic(prefix), self._birth)
        voice.often(self._step)

    def _connected(self) -> Sequence[Word]:
        self._to_revive.clear()
        self._due_s = self._clock() + KEPT_WAIT_S
        return ()

    def _kept(self, message: MQTTMessage) -> None:
        # What isn't retained is what we said a moment ago.
        if not message.retain:
            return
        now = device_config(self._topics)
        for key, platform in retired_by(bytes(message.payload), now).items():
            if len(self._retired) < MOST_RETIRED:
                self._retired.setdefault(key, platform)

    def _birth(self, message: MQTTMessage) -> None:
        if bytes(message.payload) == ONLINE.encode():
            self._due_s = self._clock() + self._wait_s()
            # It has forgotten what it knew of them, but not that they were.
            self._to_revive = list(self._retired)

    def _step(self) -> None:
        if self._due_s is None or self._clock() < self._due_s:
            return
        # Those before them are removed by the same payload.
        revived = self._to_revive[:REVIVED_AT_ONCE]
        del self._to_revive[:REVIVED_AT_ONCE]
        config = device_config(self._topics, self._retired, revived)
        # What is revived for a moment must not be what a later start finds.
        payload = to_payload(config, self._topics)
        self._voice.say(Word(self._config_topic, payload, retain=not revived))
        self._due_s = self._clock() + REVIVED_S if revived else None
