"""The command line: `charmlp VERB …`, or the course's form `charmlp --mode train|test|predict …`."""

import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence

from charmlp.cli.ending import ending_signals, forget_signal, interruptible, status_of_signal
from charmlp.cli.surroundings import (
    can_start_thread,
    close_stdout,
    heed_settings_of_numba,
    spare_threads,
    standard_streams,
)
from charmlp.errors import CharmlpError, UsageError
from charmlp.language import LANGUAGES, speaking, translated
from charmlp.text import did_you_mean, printable, shown_value
from charmlp.version import __version__

VERBS = {
    "train": "train a model on images of letters",
    "check": "look at a data set before training",
    "test": "measure a model on labelled images, with pictures",
    "predict": "read new images",
    "compare": "say whether one run is better than another",
    "tune": "try settings, and say which is best",
    "report": "write a run up as a page to look at, or to hand in",
    "export": "write a model as a file for other programs",
    "serve": "answer requests with a model, over HTTP",
    "info": "describe a model, a data set, or this installation",
    "synth": "write rendered letters as images",
    "doctor": "name the mistake in a hand-written backward pass",
    "exercise": "make exercises with their solutions, and judge answers",
    "course": "begin, check and grade the course's homework",
    "cache": "say what is kept to be quicker, or remove it",
    "completion": "print what lets your shell complete verbs and flags",
}

HELP = """\
usage: charmlp VERB …
       charmlp --mode train|test|predict …   (the course's form)

Train, test, use and explain multilayer perceptrons that read letters.

verbs:
{verbs}

example:
  charmlp train synth: --out first
  charmlp predict letter.png

'charmlp help VERB' tells what a verb takes, 'charmlp --version' the version.
'--lang zh' behind a verb, or CHARMLP_LANG=zh, has all of it in Chinese.
"""

NO_THREADS = "the system allows no more threads; raise the limit (ulimit -u) or end other programs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 done, 1 input at fault, 2 wrong command line.

    130 is that of Ctrl-C, 143 of SIGTERM, 129 of SIGHUP. Without `arguments` it is the program's own, which
    ends with it.
    """
    with ending_signals(program=arguments is None):
        return run(list(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """The exit status of one command, whose surroundings are in order."""
    gc.set_threshold(50_000)  # what imports make stays: no need to look through it again and again
    spare_threads()
    with standard_streams(), speaking(language_in(arguments)):
        status = answer(arguments)
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            close_stdout()
        except OSError as error:
            close_stdout()
            complain(f"the output: {error.strerror or error}")
            status = status or 1
        return status_of_signal() or status


def answer(arguments: list[str]) -> int:
    """The exit status of one command, whose errors are told."""
    try:
        heed_settings_of_numba()
        return interruptible(lambda: dispatch(arguments))
    except SystemExit as end:  # argparse's --help
        return int(end.code or 0)
    except CharmlpError as error:
        complain(str(error), error.details)
        return error.exit_status
    except KeyboardInterrupt as interrupt:
        if not can_start_thread():  # OpenBLAS, which gets none, sends an interrupt
            forget_signal()
            complain(NO_THREADS)
            return 1
        complain(words_of(interrupt))
        return 130
    except RuntimeError as error:
        if "can't start new thread" not in str(error):
            raise
        complain(NO_THREADS)
        return 1
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        close_stdout()
        return 0
    except MemoryError as error:
        complain(f"not enough memory{f': {error}' if str(error) else ''}")
        return 1
    except OSError as error:
        if error.filename is None:  # nothing was opened: the output's disk is full
            close_stdout()
        place = "the output" if error.filename is None else printable(os.fsdecode(error.filename))
        complain(f"{place}: {error.strerror or error}")
        return 1


def words_of(interrupt: BaseException | None) -> str:
    """What it says, or one before it, into whose handling Ctrl-C fell again."""
    while interrupt is not None:
        if isinstance(interrupt, KeyboardInterrupt) and str(interrupt):
            return str(interrupt)
        interrupt = interrupt.__context__
    return "interrupted"


def dispatch(arguments: list[str]) -> int:
    """Hand the arguments to the verb, which alone is imported."""
    language, arguments = language_before_verb(arguments)
    if arguments[:1] == ["help"]:
        language, arguments = language_before_verb([*arguments[1:], "--help"])
    if not arguments or arguments[0] in ("-h", "--help"):
        verbs = "\n".join(f"  {verb:<12}{translated(words)}" for verb, words in VERBS.items())
        print(translated(HELP).replace("{verbs}", verbs), end="")
        return 0 if arguments else 2
    if arguments[0] in ("--version", "-V"):
        print(f"charmlp {__version__}")
        return 0
    verb = arguments[0]
    if verb in VERBS:
        before = arguments.index("--") if "--" in arguments else len(arguments)
        return command_of(verb)([*arguments[1:before], *language, *arguments[before:]])
    if any(argument.partition("=")[0] == "--mode" for argument in arguments):
        return command_of("recognition")([*language, *arguments])
    hint = did_you_mean(verb, VERBS) or f"; expected one of {', '.join(VERBS)}, or --mode"
    raise UsageError(f"unknown verb {shown_value(verb)}{hint}")


def language_in(arguments: Sequence[str]) -> str | None:
    """The language that `--lang` asks for, known before anything is said, such as what else is wrong."""
    for flag, value in zip(arguments, [*arguments[1:], ""], strict=False):
        name, equals, own = flag.partition("=")
        if name == "--lang" and (chosen := own if equals else value) in LANGUAGES:
            return chosen
        if flag == "--":
            break
    return None


def language_before_verb(arguments: list[str]) -> tuple[list[str], list[str]]:
    """`--lang zh` where it comes first, and the other arguments."""
    name, equals, value = (arguments or [""])[0].partition("=")
    if name != "--lang":
        return [], arguments
    count = 1 if equals else 2
    if (value or " ".join(arguments[1:2])) not in LANGUAGES:
        raise UsageError(f"--lang: expected one of {', '.join(LANGUAGES)}, as in --lang zh")
    return arguments[:count], arguments[count:]


def command_of(verb: str) -> Callable[[Sequence[str]], int]:
    """What a verb does: the function `command` of its file, which takes the arguments behind the verb."""
    command: Callable[[Sequence[str]], int] = importlib.import_module(f"charmlp.cli.{verb}").command
    return command


def complain(message: str, details: Sequence[str] = ()) -> None:
    """Print an error the way every error is printed; its details, one a line, below it."""
    lines = [translated(f"error: {message}"), *map(translated, details)]
    print("charmlp:", "\n  ".join(lines), file=sys.stderr)
