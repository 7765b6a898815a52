"""The command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; an error of the user's is one line, a bug keeps its traceback.

    Args:
        arguments: Words after the program's name; those of this process when left out.
    """
    from hiyari.errors import HiyariError

    from .app import command
    from .terminal import complain, interface_language

    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command(interface_language(words)).main(args=words, prog_name="hiyari")
    except HiyariError as error:
        complain(str(error))
        return 2
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
