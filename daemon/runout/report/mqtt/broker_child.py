"""The process that the embedded broker runs in; `broker.py` starts it, as a script.

Arguments: address and port to listen on. It ends when its standard input does.
"""

import os
import sys
import threading

from iotcore import IotCoreBroker

LARGEST_PAYLOAD = 256 * 1024
"""Bytes; iotcore's own 20 kB could be too tight for a side with much evidence"""


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    # The broker can't be asked to stop, and holds nothing that must be written.
    os._exit(0)


def main() -> None:
    """Serve until the parent is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    broker = IotCoreBroker(
        listen=sys.argv[1], port=int(sys.argv[2]), max_payload_size=LARGEST_PAYLOAD
    )
    broker.run_forever()


if __name__ == "__main__":
    main()
