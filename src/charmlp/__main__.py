"""`python -m charmlp`, and what the command `charmlp` runs."""

import os
import signal
import sys


def run() -> int:
    """The command line as a program of its own; its exit status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(130))  # until `main` hears it
    from charmlp.cli import main

    status = main()
    if status > 128:  # by a signal; Python, were it to end in its own way, would hear the next one
        os._exit(status)
    return status


if __name__ == "__main__":  # worker processes import this file too
    sys.exit(run())
