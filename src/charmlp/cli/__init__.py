"""The command line: `charmlp VERB …`, or the course's form `charmlp --mode train|test|predict …`."""

import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence

from charmlp.errors import CharmlpError, UsageError
from charmlp.text import printable
from charmlp.version import __version__

VERBS = {
    "train": "train a model on images of letters",
    "test": "measure a model on labelled images, with pictures",
    "predict": "read new images",
    "info": "describe a model, a data set, or this installation",
    "synth": "write rendered letters as images",
    "doctor": "name the mistake in a hand-written backward pass",
}

HELP = f"""usage: charmlp VERB …
       charmlp --mode train|test|predict …   (the course's form)

Train, test, use and explain multilayer perceptrons that read images of letters.

verbs:
{chr(10).join(f"  {verb:<9}{words}" for verb, words in VERBS.items())}

example:
  charmlp train --data synth: --out first
  charmlp predict letter.png

'charmlp VERB --help' tells what a verb takes; 'charmlp --version' which version this is.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 done, 1 input at fault, 2 wrong command line, 130 interrupted."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    gc.set_threshold(50_000)  # what imports make stays: no need to look through it again and again
    open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal cannot show must not end the program
            stream.reconfigure(errors="backslashreplace")
    try:
        status = dispatch(arguments)
        sys.stdout.flush()
        return status
    except CharmlpError as error:
        complain(str(error), error.details)
        return error.exit_status
    except KeyboardInterrupt:
        complain("interrupted")
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _close_stdout()
        return 0
    except OSError as error:
        if error.filename is None:  # nothing was opened: the output's disk is full
            _close_stdout()
        place = "the output" if error.filename is None else printable(os.fsdecode(error.filename))
        complain(f"{place}: {error.strerror or error}")
        return 1


def open_what_is_closed() -> None:
    """A standard stream that the caller has closed (`>&-`) leads nowhere; no file of ours takes its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123


def _close_stdout() -> None:
    """Let nothing more be written where nothing can be: Python would try at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def dispatch(arguments: list[str]) -> int:
    """Hand the arguments to the verb, which alone is imported."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(HELP, end="")
        return 0 if arguments else 2
    if arguments[0] in ("--version", "-V"):
        print(f"charmlp {__version__}")
        return 0
    verb = arguments[0]
    if verb in VERBS:
        return command_of(verb)(arguments[1:])
    if any(argument.partition("=")[0] == "--mode" for argument in arguments):
        return command_of("course")(arguments)
    kind = "flag before a verb" if verb.startswith("-") else "verb"
    raise UsageError(f"{printable(verb)!r} is no {kind}; expected one of {', '.join(VERBS)}, or --mode")


def command_of(verb: str) -> Callable[[Sequence[str]], int]:
    """What a verb does: the function `command` of its file, which takes the arguments behind the verb."""
    command: Callable[[Sequence[str]], int] = importlib.import_module(f"charmlp.cli.{verb}").command
    return command


def complain(message: str, details: Sequence[str] = ()) -> None:
    """Print an error the way every error is printed; its details, one a line, below it."""
    print("\n  ".join([f"charmlp: error: {message}", *details]), file=sys.stderr)
