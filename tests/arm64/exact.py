"""Runs `runout` with TFLite's reference kernels, which round as those of arm64 do.

The fast kernels for x86-64 round some sums to the other neighbour; arm64's never do.
"""

import sys
from typing import Any

from tflite_runtime import interpreter

_fast = interpreter.Interpreter


def _exact(**options: Any) -> Any:
    options["experimental_op_resolver_type"] = interpreter.OpResolverType.BUILTIN_REF
    return _fast(**options)


if __name__ == "__main__":
    interpreter.Interpreter = _exact
    from runout.cli import main

    sys.exit(main())
