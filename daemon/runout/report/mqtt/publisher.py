"""Says over MQTT what is heard, whether or not a broker is there to hear it."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial

from paho.mqtt.client import MQTTMessage

from runout.config import MqttSettings
from runout.defects.event import Event
from runout.errors import RunoutError
from runout.health import Health, health_fields
from runout.model.sensitivity import Sensitivity
from runout.report import messages
from runout.report.home_assistant.announcer import Announcer
from runout.report.home_assistant.triggers import Trigger, Triggers
from runout.report.messages import Fields
from runout.report.mqtt.commands import COMMANDS, Label
from runout.report.mqtt.delivery import BACKLOG_PER_S, Delivery
from runout.report.mqtt.identity import device_id
from runout.report.mqtt.labels import Labels
from runout.report.mqtt.link import Link
from runout.report.mqtt.rate import EventRate
from runout.report.mqtt.reception import Reception
from runout.report.mqtt.shelves import outbox_of
from runout.report.mqtt.topics import OFFLINE, ONLINE, Topics
from runout.report.mqtt.voice import Voice, Word
from runout.side.side import DefectHeard, Heard, LiveState, SideEnded, SidePhase, SideStarted
from runout.side.tracks import PartName

STATE_WHILE_PLAYING_S = 5.0
"""Seconds between states while a side plays"""
STATE_WHILE_IDLE_S = 60.0
"""Seconds between states while none does"""
HEALTH_S = 60.0
"""Seconds between two words on the box's health"""
HEALTH_SOON_S = 5.0
"""... after the first of a connection, when there is little to say yet"""
KEPT_S = 2.0
"""Seconds that a side which has ended waits for the card at most; sound waits for 10 s"""
_POLL_S = 0.02

_log = logging.getLogger(__name__)


class Publisher:
    """Publishes on <base>/<device_id>/... from `start` to `stop`.

    All methods are for one thread, and none but `stop` waits for the broker. `heard` returns of a
    side when it is kept, as a rule within milliseconds: what has ended outlives a kill.
    """

    def __init__(
        self,
        settings: MqttSettings,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        letters_per_s: float = BACKLOG_PER_S,
    ) -> None:
        """Take the settings; `letters_per_s` go out at most, and none where no `host` is set.

        Raises RunoutError where the login or TLS in them is wrong in itself.
        """
        self.topics = Topics(settings.base, device_id(settings.device_id))
        self.events_dropped = 0
        """Events that never went out, as there were too many a second"""
        self.reception = Reception(self._answer, time.monotonic)
        """Where commands arrive"""
        self._clock = clock
        self._now = now
        self._rate = EventRate()
        self._state_due_s = self._health_due_s = clock()
        self._health_said = False
        self._state_said: (
            tuple[SidePhase, PartName, str | None, bool, Sensitivity, Label] | None
        ) = None
        self._triggers = Triggers()
        self._audio = OFFLINE
        self._side_started_at: datetime | None = None

        self._outbox = outbox_of(settings)
        self._labels = Labels(self._outbox.beside("last-side.json"))
        self.voice = Voice(Delivery(self._outbox, letters_per_s), self._outbox.durable)
        """For what else is to be said and heard on the same connection"""
        # A broker that lost its power with us has forgotten it. A side that waits in the outbox is
        # this one, or newer.
        if self._labels.side is not None and not self._outbox.has_side:
            self.voice.recall_side(self.topics.side, messages.to_json(self._labels.side))
        self.voice.greet(self._greeting)
        if settings.discovery_prefix:
            Announcer(self.topics, settings.discovery_prefix, self.voice)
        for name in COMMANDS:
            self.voice.obey(self.topics.command(name), partial(self._take, name))
        self._link = Link(
            settings, f"runout-{self.topics.device_id}", self.topics.availability, self.voice
        )

    def start(self) -> None:
        """Connect in the background, now and whenever the broker comes back."""
        self._link.start()

    def wait_until_connected(self, seconds: float) -> bool:
        """Wait for the broker: for a sound that can wait, which a record can't."""
        deadline = time.monotonic() + seconds
        while not self._link.up and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        return self._link.up

    @property
    def stuck(self) -> bool:
        """Whether the network thread hangs: a mute box must not look healthy."""
        return self._link.stuck

    def audio(self, online: bool) -> None:
        """Say whether sound arrives from the preamp; the same word twice is said once."""
        word = ONLINE if online else OFFLINE
        if word != self._audio:
            self._audio = word
            self._say(Word(self.topics.audio_availability, word))

    def heard(self, heard: Heard) -> None:
        """Say what was heard: a defect at once, a side when it has ended."""
        self._trigger(self._triggers.heard(heard, self._clock()))
        match heard:
            case SideStarted():
                self._side_started_at = self._now()
                self._labels.begins(heard.time_s)
                self._keep_labels()
            case DefectHeard():
                self._say_event(heard)
            case SideEnded():
                self._rate.forget_episodes()
                began = self._side_started_at
                began = began or self._now() - timedelta(seconds=heard.duration_s)
                self._side_started_at = None
                self._labels.ends(messages.side_payload(heard, began))
                self._say_side()
                self._keep_labels()
                self._wait_until_kept()

    def no_side(self) -> None:
        """What began as a side was none: the one before is still the last."""
        self._rate.forget_episodes()
        self._side_started_at = None
        self._labels.none()
        self._keep_labels()

    def sound_ends(self) -> None:
        """The source has ended: a side that is on is cut off, and may go on in the next source."""
        self._labels.sound_ends()

    def label(self, label: Label) -> bool:
        """Label the side that plays, or else the last one, which is said again; False: no side.

        What the label doesn't tell stays as it was; an empty text takes it away.
        """
        before = self._labels.side
        if not self._labels.give(label):
            return False
        if self._labels.side is not before:
            self._say_side()
        self._keep_labels()
        return True

    def identify(self, side_id: str | None) -> bool:
        """Say a test event; False where there are too many events as it is."""
        now = self._now()
        event = Event(
            id=f"identify-{now:%Y%m%dT%H%M%S%f}",
            time_s=0.0,
            duration_s=0.0,
            kind="click",
            channel="both",
            peak_db=math.nan,
            confidence=1.0,
        )
        heard = DefectHeard("", "single", event)
        if not self._rate.allows(heard, self._clock()):
            return False
        payload = messages.event_payload(heard, now)
        for key in ("event_type", "kind"):
            payload[key] = "identify"
        self._post(self.topics.event, payload | {"side_id": side_id}, event=True)
        return True

    def state(self, state: LiveState) -> None:
        """Take the live sensors after each block; they go out when due and as a phase changes.

        Raises RunoutError where the link has died: a mute box must not look healthy.
        """
        if self._link.died:
            raise RunoutError("MQTT: the network thread died; nobody would hear what is heard")
        self._trigger(self._triggers.state(state))
        now = self._clock()
        skipping = self._triggers.skipping(now)
        said = (
            state.phase,
            state.part,
            state.side_id,
            skipping,
            state.sensitivity,
            self._labels.label,
        )
        if not self._link.up or (now < self._state_due_s and said == self._state_said):
            return
        self._say(Word(self.topics.state, messages.to_json(self.state_told(state)), 0, True))
        self._state_said = said
        idle = state.phase == "idle"
        self._state_due_s = now + (STATE_WHILE_IDLE_S if idle else STATE_WHILE_PLAYING_S)

    def health(self, measure: Callable[[], Health]) -> None:
        """Say how the box is, when that is due; only then is it measured."""
        now = self._clock()
        if not self._link.up or now < self._health_due_s:
            return
        self._health_due_s = now + (HEALTH_S if self._health_said else HEALTH_SOON_S)
        self._health_said = True
        fields = self.health_told(measure())
        self._say(Word(self.topics.health, messages.to_json(fields), 0, True))

    @property
    def side_told(self) -> Fields | None:
        """The last side as `side` tells it; None while there was none."""
        return self._labels.side

    def state_told(self, state: LiveState) -> Fields:
        """Return what `state` tells."""
        label: Fields = dict(asdict(self._labels.label))
        skipping = self._triggers.skipping(self._clock())
        return messages.state_payload(state) | {"skipping": skipping, "label": label}

    def health_told(self, health: Health) -> Fields:
        """Return what `health` tells."""
        return health_fields(health) | {
            "queue_depth": self.voice.depth,
            "events_dropped": self.events_dropped,
            "outbox_dropped": self._outbox.dropped + self.voice.refused,
            "outbox_durable": self._outbox.durable,
            "unheard_topics": list(self.voice.unheard),
        }

    def stop(self) -> None:
        """Say offline, wait until the broker has it, and disconnect; a few seconds at most.

        What it hasn't confirmed then is in the outbox, for the next start.
        """
        topics = (self.topics.availability, self.topics.audio_availability)
        self.voice.part_with([Word(topic, OFFLINE) for topic in topics])
        self._link.stop()
        self.voice.put_away()
        self._outbox.close()

    def _trigger(self, trigger: Trigger | None) -> None:
        match trigger:
            case None:
                return
            case "side_finished":
                # Who starts on it looks for the grade.
                self.voice.say_after_side(Word(self.topics.trigger, trigger, retain=False))
            case _:
                self._say(Word(self.topics.trigger, trigger, retain=False))

    def _say_event(self, heard: DefectHeard) -> None:
        if not self._rate.allows(heard, self._clock()):
            self.events_dropped += 1
            return
        payload = messages.event_payload(heard, self._now())
        self._post(self.topics.event, payload, event=True)

    def _say_side(self) -> None:
        assert self._labels.side is not None
        self._post(self.topics.side, self._labels.side, event=False)

    def _keep_labels(self) -> None:
        if self._labels.keep():
            # Not here: a card can take a tenth of a second, and the ear must not wait.
            self.voice.afterwards(self._labels.write)
            self._link.wake()

    def _wait_until_kept(self) -> None:
        kept = threading.Event()
        self.voice.afterwards(kept.set)
        self._link.wake()
        if self._link.runs and not kept.wait(KEPT_S):
            _log.warning("MQTT: a side isn't on the card %g s after its end; going on", KEPT_S)

    def _post(self, topic: str, fields: Fields, event: bool) -> None:
        self.voice.post(topic, messages.to_json(fields), event)
        self._link.wake()

    def _say(self, word: Word) -> None:
        self.voice.say(word)
        self._link.wake()

    # From here on, called by the link's thread.

    def _greeting(self) -> list[Word]:
        self._state_due_s = self._health_due_s = self._clock()
        self._health_said = False
        return [
            Word(self.topics.audio_availability, self._audio),
            Word(self.topics.availability, ONLINE),
        ]

    def _take(self, name: str, message: MQTTMessage) -> None:
        self.reception.take(name, bytes(message.payload), bool(message.retain))

    def _answer(self, result: str) -> None:
        self._say(Word(self.topics.result, result, retain=False))
