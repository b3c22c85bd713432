"""The one payload that makes a box a device in Home Assistant: MQTT device discovery.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
"""

import json
import re
from collections.abc import Collection, Mapping
from itertools import islice

from runout import __version__
from runout.report.home_assistant.entities import entities
from runout.report.home_assistant.triggers import IN_WORDS, TRIGGERS
from runout.report.messages import Fields
from runout.report.mqtt.topics import Topics
from runout.report.payload import Json

MOST_RETIRED = 16
"""Entities of other versions that are remembered so that Home Assistant forgets them; those that
have gone since the last version before those that were told already"""
REVIVED_AT_ONCE = 2
"""... of which so many are revived in one payload, as each takes its room in it"""
_SHORT: Mapping[str, str] = {
    "automation_type": "atype",
    "availability": "avty",
    "availability_mode": "avty_mode",
    "command_template": "cmd_tpl",
    "command_topic": "cmd_t",
    "default_entity_id": "def_ent_id",
    "device": "dev",
    "device_class": "dev_cla",
    "entity_category": "ent_cat",
    "event_types": "evt_typ",
    "icon": "ic",
    "identifiers": "ids",
    "json_attributes_template": "json_attr_tpl",
    "json_attributes_topic": "json_attr_t",
    "manufacturer": "mf",
    "model": "mdl",
    "options": "ops",
    "origin": "o",
    "payload": "pl",
    "payload_off": "pl_off",
    "payload_on": "pl_on",
    "payload_press": "pl_prs",
    "platform": "p",
    "serial_number": "sn",
    "state_class": "stat_cla",
    "state_topic": "stat_t",
    "subtype": "stype",
    "suggested_display_precision": "sug_dsp_prc",
    "sw_version": "sw",
    "topic": "t",
    "unique_id": "uniq_id",
    "unit_of_measurement": "unit_of_meas",
    "value_template": "val_tpl",
}
"""Abbreviations that Home Assistant knows
(https://www.home-assistant.io/integrations/mqtt/#supported-abbreviations-in-mqtt-discovery-messages)"""
_BASE = "~"
"""What stands for a component's base topic, at the beginning of others"""
_KEY = re.compile(r"[a-z0-9_]{1,24}")
_REVIVED: Mapping[str, Fields] = {
    "binary_sensor": {},
    "button": {},
    "event": {"event_types": ["none"]},
    "number": {},
    "select": {"options": ["none"]},
    "sensor": {},
    "switch": {},
    "text": {},
}
"""What a platform demands beside topics: the least that makes an entity of each"""


def config_topic(prefix: str, topics: Topics) -> str:
    """Where the device's payload is said, retained."""
    return f"{prefix}/device/{topics.device_id}/config"


def birth_topic(prefix: str) -> str:
    """Where Home Assistant says `online` when it has started."""
    return f"{prefix}/status"


def device_config(
    topics: Topics,
    retired: Mapping[str, str] | None = None,
    revive: Collection[str] = (),
) -> Fields:
    """Return the device with its entities and triggers.

    `retired` are keys and platforms of entities that there were before: the platform alone has
    Home Assistant remove one, if it has seen it since its own start. To `revive` them once makes
    it see them; REVIVED_AT_ONCE at most.
    """
    box = topics.device_id
    components: Fields = {}
    # First: after one that is still being set up, Home Assistant skips the rest.
    for key, platform in (retired or {}).items():
        components[key] = {"platform": platform}
        if key in revive and platform in _REVIVED:
            components[key] = {
                "platform": platform,
                "unique_id": _unique_id(box, key),
                # Nothing is ever said there.
                "state_topic": topics.base,
                "command_topic": topics.base,
                **_REVIVED[platform],
            }
    for key, fields in entities(topics).items():
        components[key] = {
            **fields,
            "unique_id": _unique_id(box, key),
            "default_entity_id": f"{fields['platform']}.runout_{_slug(box)}_{key}",
        }
    for word in TRIGGERS:
        components[f"on_{word}"] = {
            "platform": "device_automation",
            "automation_type": "trigger",
            "type": "heard",
            "subtype": IN_WORDS[word],
            "topic": topics.trigger,
            "payload": word,
            "qos": 1,
        }
    return {
        "device": {
            "identifiers": [f"runout_{box}"],
            "name": f"Runout {box}",
            "manufacturer": "Runout",
            "model": "Record listener",
            "serial_number": box,
            "sw_version": __version__,
        },
        "origin": {"name": "Runout", "sw_version": __version__},
        "availability": [{"topic": topics.availability}, {"topic": topics.audio_availability}],
        "availability_mode": "all",
        # Of those that name no other.
        "state_topic": topics.state,
        "components": components,
    }


def to_payload(config: Fields, topics: Topics) -> str:
    """Return a device's payload as short as may be: rumqttd takes no packet over 20,480 bytes.

    With all that is retired and revived, and a `base` of six letters, an id of 16 fits.
    """
    components = config["components"]
    device, origin = config["device"], config["origin"]
    assert isinstance(components, dict)
    assert isinstance(device, dict)
    assert isinstance(origin, dict)
    short: Fields = {_SHORT.get(name, name): _short_rows(value) for name, value in config.items()}
    short["dev"], short["o"] = _short_names(device), _short_names(origin)
    # Who looks for what was there before looks for this name.
    short["components"] = {
        key: _short_component(fields, config["state_topic"], topics.box)
        for key, fields in components.items()
        if isinstance(fields, dict)
    }
    return json.dumps(short, separators=(",", ":"), allow_nan=False)


def _short_component(fields: Fields, state_topic: Json, base: str) -> Fields:
    # Where it is the device's, it needn't be said.
    own = {
        name: value
        for name, value in fields.items()
        if (name, value) != ("state_topic", state_topic)
    }
    full = {_SHORT.get(name, name): _short_rows(value) for name, value in own.items()}
    based = {_BASE: base, **{name: _on_base(value, base) for name, value in full.items()}}
    return min(full, based, key=lambda one: len(json.dumps(one)))


def _short_rows(value: Json) -> Json:
    if isinstance(value, list):
        return [_short_names(one) if isinstance(one, dict) else one for one in value]
    return value


def _short_names(fields: Fields) -> Fields:
    return {_SHORT.get(name, name): value for name, value in fields.items()}


def _on_base(value: Json, base: str) -> Json:
    if isinstance(value, str) and value.startswith(f"{base}/"):
        return _BASE + value.removeprefix(base)
    if isinstance(value, list):
        return [_on_base(one, base) for one in value]
    if isinstance(value, dict):
        return {name: _on_base(one, base) for name, one in value.items()}
    return value


def retired_by(config: str | bytes, now: Fields) -> dict[str, str]:
    """Return key and platform of what an older payload has and the one of `now` lacks.

    The older one is what the broker kept, so nothing in it is taken for granted.
    """
    try:
        found = json.loads(config)
    except (ValueError, RecursionError):
        return {}
    old = found.get("components") if isinstance(found, dict) else None
    new = now["components"]
    if not isinstance(old, dict) or not isinstance(new, dict):
        return {}
    gone: dict[str, str] = {}
    told: dict[str, str] = {}
    for key, fields in old.items():
        fields = fields if isinstance(fields, dict) else {}
        platform = fields.get(_SHORT["platform"], fields.get("platform"))
        if (
            key not in new
            and _KEY.fullmatch(key)
            and isinstance(platform, str)
            and (platform in _REVIVED or platform == "device_automation")
        ):
            # The platform alone: an earlier start has told that this one has gone.
            (told if len(fields) == 1 else gone)[key] = platform
    return dict(islice((gone | told).items(), MOST_RETIRED))


def _unique_id(box: str, key: str) -> str:
    return f"runout_{box}_{key}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "box"
