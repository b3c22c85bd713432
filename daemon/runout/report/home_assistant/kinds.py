"""Kinds of entities, each with the fields that all of a kind have.

Keys and values as Home Assistant's MQTT integration names them
(https://www.home-assistant.io/integrations/mqtt/).
"""

from runout.report.messages import Fields
from runout.report.mqtt.topics import Topics
from runout.report.payload import LONGEST_TEXT, Json


def only_the_box(topics: Topics) -> Fields:
    """What is there as long as the daemon is, with or without sound."""
    return {"availability": [{"topic": topics.availability}]}


def within(table: str, key: str) -> str:
    """A template's way to a field of a table, either of which may be missing or null."""
    return f"(value_json.get('{table}') or {{}}).get('{key}')"


def words(value: str) -> str:
    """A name as a person reads it."""
    return f"{value} | string | replace('_', ' ')"


def sensor(name: str, icon: str, value: str) -> Fields:
    """What the template expression `value` gives."""
    return {
        "platform": "sensor",
        "name": name,
        "icon": icon,
        "value_template": f"{{{{ {value} }}}}",
    }


def number(name: str, icon: str, value: str, unit: str | None, digits: int) -> Fields:
    """A measured number, shown with so many `digits` after the point."""
    fields: dict[str, Json] = {
        "state_class": "measurement",
        "suggested_display_precision": digits,
    }
    if unit is not None:
        fields["unit_of_measurement"] = unit
    return sensor(name, icon, value) | fields


def total(name: str, icon: str, key: str) -> Fields:
    """A count that only grows, but for a restart."""
    return sensor(name, icon, f"value_json.get('{key}')") | {"state_class": "total_increasing"}


def binary(name: str, icon: str, condition: str) -> Fields:
    """On while the template expression `condition` holds."""
    return {
        "platform": "binary_sensor",
        "name": name,
        "icon": icon,
        "value_template": f"{{{{ 'ON' if {condition} else 'OFF' }}}}",
    }


def text(topics: Topics, name: str, icon: str, key: str) -> Fields:
    """A part of the label of the side that plays, or of the last one."""
    return {
        "platform": "text",
        "name": name,
        "icon": icon,
        "max": LONGEST_TEXT,
        "state_topic": topics.state,
        "value_template": f"{{{{ {within('label', key)} or '' }}}}",
        "command_topic": topics.command("label"),
        "command_template": f"{{{{ {{'{key}': value}} | tojson }}}}",
        "qos": 1,
    }


def button(name: str, icon: str, topic: str) -> Fields:
    """Sends a command without more to it."""
    return {
        "platform": "button",
        "name": name,
        "icon": icon,
        "command_topic": topic,
        "payload_press": "{}",
        "qos": 1,
    }
