"""What a USB sound card is, as Linux tells it: where it is plugged in, and what it says it is."""

import re
from dataclasses import dataclass
from pathlib import Path

SYSFS = Path("/sys")
"""Where Linux shows its devices"""


@dataclass(frozen=True, slots=True)
class Usb:
    """A card's place and identity."""

    path: str
    """The kernel's name of the port, such as 1-1.3: bus, then the ports of the hubs on the way. It
    stays the same over restarts, for as long as nobody changes plugs"""
    product: str
    """vendor:product:serial, such as 08bb:2902:A1B2; many preamps have no serial number"""


def usb_of_card(card: int, sysfs: Path = SYSFS) -> Usb | None:
    """Tell what ALSA's card number `card` is; None where it isn't there, or isn't on USB."""
    # The card hangs on a USB interface, 1-1.3:1.0, which is a part of the USB device, 1-1.3.
    folder = (sysfs / "class/sound" / f"card{card}" / "device").resolve().parent
    vendor, product = _attribute(folder, "idVendor"), _attribute(folder, "idProduct")
    if not vendor or not product:
        return None
    return Usb(folder.name, f"{vendor}:{product}:{_attribute(folder, 'serial')}")


def _attribute(folder: Path, name: str) -> str:
    """One line of the device's own, with nothing in it that would not fit our settings."""
    try:
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return re.sub(r"[^ -~]|;", "_", text.strip())
