"""The entities of a box in Home Assistant: one table, from which the discovery payload is made.

Keys and values as Home Assistant's MQTT integration names them
(https://www.home-assistant.io/integrations/mqtt/). Every template lives with fields that are null
or missing: `get` gives None, which renders "None", which is "unknown" there.
"""

from typing import get_args

from runout.defects.event import Kind
from runout.grading.grade import LABELS
from runout.model.sensitivity import SENSITIVITIES
from runout.report.home_assistant.kinds import (
    binary,
    button,
    number,
    only_the_box,
    sensor,
    text,
    total,
    within,
    words,
)
from runout.report.messages import Fields
from runout.report.mqtt.topics import OFFLINE, ONLINE, Topics
from runout.side.tracks import PartName

TEST_EVENT = "identify"
"""`event_type` of the event that the identify button asks for"""
EVENT_TYPES: tuple[str, ...] = (*get_args(Kind), TEST_EVENT)

PARTS: tuple[PartName, ...] = get_args(PartName)

_MOST_GLITCHES_PER_MIN = 6
"""As in the grading table: with more of them a grade is withheld"""
_LONGEST_STATE = 250
"""Letters; Home Assistant refuses a state of more than 255"""
_COUNTED: tuple[tuple[Kind, str, str], ...] = (
    ("click", "Clicks", "mdi:flash"),
    ("pop", "Pops", "mdi:flash-alert"),
    ("scratch", "Scratches", "mdi:knife"),
    ("crackle", "Crackle", "mdi:fire"),
    ("skip", "Skips", "mdi:skip-forward"),
    ("locked_groove", "Locked grooves", "mdi:lock-reset"),
    ("dropout", "Dropouts", "mdi:volume-off"),
    ("distortion", "Distortion", "mdi:sine-wave"),
)
_MEASURED: tuple[tuple[str, str, str, str], ...] = (
    ("surface_noise_db", "Surface noise", "dB", "mdi:blur"),
    ("noise_468_db", "Groove noise", "dB", "mdi:blur-linear"),
    ("rumble_b_db", "Rumble", "dB", "mdi:waves"),
    ("hum_dbfs", "Hum", "dBFS", "mdi:sine-wave"),
    ("loudness_lufs", "Loudness", "LUFS", "mdi:volume-high"),
    ("true_peak_dbtp", "True peak", "dBTP", "mdi:arrow-collapse-up"),
    ("worst_minute_loudness", "Worst minute", "1/min", "mdi:chart-bell-curve"),
)
"""Measures of the last side: name in `measurements`, name, unit, icon"""


def entities(topics: Topics) -> dict[str, Fields]:
    """Return the entities by key, each with its platform.

    Those of the living sound need the box and the sound (the device's own availability); the last
    side and the box's own health need the box alone.
    """
    box = only_the_box(topics)
    return (
        _live(topics)
        | {key: fields | box for key, fields in _last_side(topics).items()}
        | {key: fields | box for key, fields in _health(topics).items()}
        | {key: fields | box for key, fields in _controls(topics).items()}
    )


def _live(topics: Topics) -> dict[str, Fields]:
    """What `state` and `event` tell while a record plays."""
    told: dict[str, Fields] = {
        "defect": {
            "platform": "event",
            "name": "Defect",
            "icon": "mdi:record-circle-outline",
            "state_topic": topics.event,
            "event_types": list(EVENT_TYPES),
            "qos": 1,
        },
        "playing": binary("Playing", "mdi:music-circle", "value_json.get('phase') == 'playing'")
        | {"device_class": "running"},
        "lift_needle": binary(
            "Needle in the run-out",
            "mdi:arrow-up-bold-circle-outline",
            "value_json.get('part') in ('run_out', 'locked_run_out')",
        ),
        "skipping": binary("Skipping", "mdi:skip-forward", "value_json.get('skipping')")
        | {"device_class": "problem"},
        "clipping": binary(
            "Clipping", "mdi:content-cut", "(value_json.get('clipped_percent') or 0) > 0"
        )
        | {"device_class": "problem"},
        "capture_problem": binary(
            "Capture problem",
            "mdi:usb-port",
            f"({within('counts', 'capture_glitch')} or 0) > "
            f"{_MOST_GLITCHES_PER_MIN} * [(value_json.get('elapsed_s') or 0) / 60, 1] | max",
        )
        | {"device_class": "problem", "entity_category": "diagnostic"},
        "part": sensor("Needle", "mdi:record-player", words("value_json.get('part')"))
        | {"device_class": "enum", "options": [part.replace("_", " ") for part in PARTS]},
        "track": sensor("Track", "mdi:numeric", "value_json.get('track')"),
        "side_time": number("Side time", "mdi:timer-outline", "value_json.get('elapsed_s')", "s", 0)
        | {"device_class": "duration"},
        "clicks_per_min": number(
            "Clicks a minute", "mdi:pulse", "value_json.get('clicks_per_min')", "1/min", 1
        ),
        "provisional_grade": sensor(
            "Provisional grade", "mdi:progress-star", within("outlook", "label")
        )
        | {
            "device_class": "enum",
            "options": list(LABELS),
            "json_attributes_topic": topics.state,
            "json_attributes_template": "{{ (value_json.get('outlook') or {}) | tojson }}",
        },
    }
    for side in ("left", "right"):
        told[f"level_{side}"] = number(
            f"Level {side}", "mdi:volume-medium", within("level_db", side), "dBFS", 1
        ) | {"entity_category": "diagnostic"}
    for kind, name, icon in _COUNTED:
        told[f"{kind}_count"] = sensor(name, icon, f"{within('counts', kind)} or 0") | {
            "state_class": "total_increasing",
        }
    return told


def _last_side(topics: Topics) -> dict[str, Fields]:
    """What `side` tells."""
    told: dict[str, Fields] = {
        "grade": sensor("Play grade", "mdi:star-circle", within("grade", "label"))
        | {
            "device_class": "enum",
            "options": list(LABELS),
            "json_attributes_topic": topics.side,
            "json_attributes_template": _GRADE_ATTRIBUTES,
        },
        "grade_index": number("Grade index", "mdi:numeric", within("grade", "index"), None, 1),
        "reason": sensor(
            "Reason",
            "mdi:comment-quote-outline",
            f"({within('grade', 'reason')} or {within('grade', 'limited_by')} or none)"
            f" | string | truncate({_LONGEST_STATE}, true)",
        ),
        "side_started": sensor("Last side", "mdi:clock-start", "value_json.get('started_at')")
        | {"device_class": "timestamp"},
        "side_duration": number(
            "Last side's length", "mdi:timer-outline", "value_json.get('duration_s')", "s", 0
        )
        | {"device_class": "duration"},
        "rpm": number("Speed", "mdi:rotate-right", "value_json.get('rpm')", "rpm", 2),
    }
    for key, name, unit, icon in _MEASURED:
        told[key] = number(name, icon, within("measurements", key), unit, 1)
    return {key: {"state_topic": topics.side, "qos": 1, **fields} for key, fields in told.items()}


def _health(topics: Topics) -> dict[str, Fields]:
    """What `health` tells, and whether sound arrives at all."""
    told: dict[str, Fields] = {
        "capture_glitches": total("Capture glitches", "mdi:usb-port", "capture_glitches"),
        "overruns": total("Overruns", "mdi:buffer", "overruns"),
        "outbox_dropped": total("Messages lost", "mdi:email-remove", "outbox_dropped"),
        "events_dropped": total("Events dropped", "mdi:tray-remove", "events_dropped"),
        "sample_rate": number(
            "Sample rate", "mdi:waveform", "value_json.get('sample_rate_hz')", "Hz", 0
        )
        | {"device_class": "frequency"},
        "inference_p95": number(
            "Inference time", "mdi:chip", "value_json.get('inference_p95_ms')", "ms", 1
        )
        | {"device_class": "duration"},
        "queue_depth": number(
            "Messages waiting", "mdi:tray-full", "value_json.get('queue_depth')", None, 0
        ),
        "temperature": number(
            "Temperature", "mdi:thermometer", "value_json.get('temperature_c')", "°C", 1
        )
        | {"device_class": "temperature"},
        "throttled": {
            "platform": "binary_sensor",
            "name": "Throttled",
            "icon": "mdi:speedometer-slow",
            "device_class": "problem",
            "value_template": "{% set t = value_json.get('throttled') %}"
            "{{ 'None' if t is none else 'ON' if t else 'OFF' }}",
        },
        "commands_refused": binary(
            "Commands refused", "mdi:message-off", "value_json.get('unheard_topics')"
        )
        | {"device_class": "problem"},
        "preamp": {
            "platform": "binary_sensor",
            "name": "Sound from the preamp",
            "icon": "mdi:usb",
            "device_class": "connectivity",
            "state_topic": topics.audio_availability,
            "payload_on": ONLINE,
            "payload_off": OFFLINE,
        },
    }
    return {
        key: {"state_topic": topics.health, "entity_category": "diagnostic", **fields}
        for key, fields in told.items()
    }


def _controls(topics: Topics) -> dict[str, Fields]:
    """What can be asked of the box."""
    return {
        "new_side": button("New side", "mdi:record-player", topics.command("new_side")),
        "calibrate": button("Calibrate", "mdi:tune", topics.command("calibrate"))
        | {"entity_category": "config"},
        "identify": button("Identify", "mdi:bell-ring-outline", topics.command("identify"))
        | {"device_class": "identify", "entity_category": "diagnostic"},
        "sensitivity": {
            "platform": "select",
            "name": "Sensitivity",
            "icon": "mdi:ear-hearing",
            "entity_category": "config",
            "options": list(SENSITIVITIES),
            "state_topic": topics.state,
            "value_template": "{{ value_json.get('sensitivity') }}",
            "command_topic": topics.command("sensitivity"),
            "command_template": "{{ {'sensitivity': value} | tojson }}",
        },
        "artist": text(topics, "Artist", "mdi:account-music", "artist"),
        "title": text(topics, "Title", "mdi:album", "title"),
    }


_GRADE_ATTRIBUTES = (
    "{% set g = value_json.get('grade') or {} %}"
    "{{ dict(g, side_id=value_json.get('side_id'), started_at=value_json.get('started_at'),"
    " duration_s=value_json.get('duration_s'), counts=value_json.get('counts')) | tojson }}"
)
"""The grade with its evidence; not the measurements and parts, which would fill the recorder"""
