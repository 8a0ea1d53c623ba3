"""Writes docs/cli.md: what every command says with --help.

python docs/reference.py            writes the page
python docs/reference.py --check    status 1 where the page is not what the commands say
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from unittest import mock

from charmlp.cli import VERBS, main
from charmlp.cli.course import ACTIONS

PAGE = Path(__file__).with_name("cli.md")
HEAD = """\
# The command line

Written by `make docs` from the commands themselves. Hyphen, underscore and capitals do not matter in a
flag: `--batch-size` is `--batchsize`. A space may part the numbers of a list as well as a comma. Exit status:
0 done; 1 the input or the run was at fault; 2 the command line was wrong; 130 interrupted by
Ctrl-C, 143 by SIGTERM, 129 by SIGHUP, each of which saves a training's model as it is then. Results go to
standard output, everything else to standard error. A reader that has seen enough, as in
`charmlp predict scans/ | head -1`, ends the command without an error, with status 0; a training goes on.
Of Numba's variables, `NUMBA_NUM_THREADS` and `NUMBA_CACHE_DIR` are heeded, no others.
"""


def help_of(*arguments: str) -> str:
    """What a command prints with --help."""
    printed, width = io.StringIO(), mock.patch.dict(os.environ, COLUMNS="80")
    with contextlib.redirect_stdout(printed), width, contextlib.suppress(SystemExit):
        main([*arguments, "--help"])
    return printed.getvalue()


def page() -> str:
    """The whole page."""
    commands = {"charmlp": help_of()}
    for verb in VERBS:
        commands[f"charmlp {verb}"] = help_of(verb)
        if verb == "course":
            commands |= {f"charmlp {verb} {action}": help_of(verb, action) for action in ACTIONS}
    commands |= {"charmlp --mode": help_of("--mode", "train")}
    return HEAD + "".join(f"\n## {name}\n\n```text\n{text}```\n" for name, text in commands.items())


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(f"{PAGE.name} is stale: run make docs" if PAGE.read_text("utf-8") != page() else 0)
    PAGE.write_text(page(), "utf-8")
