"""The process that imports a target and examines it; supervisor.py starts it.

One job comes as JSON: the place, the name or null, the kind or null, whether the file may be run once more,
names to leave out, and what is known of the file's gradients. Each answer is an object: {"start": name},
{"done": diagnosis, "known": what is known by now}, {"failed": phrase}; {"ready": true} first, {"end": true}
last.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from json import dumps, loads  # a target may set json.dumps
from typing import Any

from charmlp.doctor.diagnosis import Diagnosis, packed
from charmlp.doctor.isolation.targets import Target, defined, is_activation, is_loss, load, named, needs_torch
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.own_run import complete, remember
from charmlp.doctor.survey.survey import Survey
from charmlp.doctor.survey.training import mistakes_in
from charmlp.doctor.words import one_line
from charmlp.system.extras import install_command
from charmlp.system.workers import Parent


def main() -> None:
    parent = Parent()
    job = loads(parent.receive())

    def answer(**message: Any) -> None:
        parent.send(dumps(message).encode())

    import charmlp.doctor.examination  # noqa: F401 (slow to import: not on the target's time)

    try:
        if needs_torch(Target(job["place"], job["name"])):
            import_torch()
        answer(ready=True)
        examine_all(Target(job["place"], job["name"]), job["kind"], job, answer)
        answer(end=True)
    except CannotExamineError as error:
        answer(failed=asdict(error.reason))
    sys.stderr.flush()
    os._exit(0)  # threads that the target left behind do not hold the process


def import_torch() -> None:
    """Before the target is on its own time."""
    try:
        import torch
    except ModuleNotFoundError as error:
        command = install_command("torch")
        raise CannotExamineError("needs-torch", command=command) from error
    torch.set_num_threads(1)  # the matrices are tiny
    import charmlp.doctor.operation.torch_code  # noqa: F401


def examine_all(
    target: Target, kind: str | None, job: Mapping[str, Any], answer: Callable[..., None]
) -> None:
    """Examine one thing, or all that the module defines but for those to leave out; say what is left."""
    loaded = load(target)
    if job["own_run"]:
        remember([(piece.file, piece.source) for piece in loaded.pieces], loaded.module)
        complete(loaded.module)
    else:
        remember((), None)
    things = named(loaded.module, target.name) if target.name else list(defined(loaded.module))
    survey = Survey(loaded.module, loaded.pieces, job["known"])
    of_training = list(mistakes_in(loaded.pieces))
    if not things and not of_training and not survey.left():
        raise CannotExamineError("nothing")
    guesses: list[Diagnosis] = []
    for number, (name, thing) in enumerate(things):
        if name in job["leave_out"]:
            if name in survey.told:  # it ended the process before this one
                survey.tell(name, thing)
            continue
        answer(start=name)
        diagnosis = examine_one(thing, kind, target.label(name), name)
        if target.name is None and diagnosis.reason is not None and diagnosis.reason.key == "no-pair":
            guesses.append(diagnosis)
            continue  # a guess that came to nothing; what it computes is told of as not examined
        if diagnosis.mistakes and name in survey.right and is_taken_together(diagnosis):
            continue  # the same code read otherwise, by a guess
        is_torchs = is_activation(name, thing) or (is_loss(name, thing) and diagnosis.reason is not None)
        if target.name is None and is_torchs and not is_other_than_its_name(diagnosis):
            continue  # its gradient is torch's own
        survey.take(diagnosis, name, thing)
        if loaded.note is not None and number == 0:  # said once
            diagnosis = replace(diagnosis, notes=(*diagnosis.notes, loaded.note))
        answer(done=packed(diagnosis), known=survey.known)
    for name, mistake in of_training:
        if target.name in (None, name):
            label = target.label(name) if name else target.place
            answer(done=packed(Diagnosis(label, None, (mistake,), framework="torch")), known=survey.known)
    if left := survey.left(own=target.name is not None):
        framework = "torch" if needs_torch(target) else "numpy"
        label = target.label(target.name) if target.name else target.place
        of_file = Diagnosis(
            label, None, reason=phrase("left-out"), framework=framework,
            not_examined=tuple(left), right=tuple(survey.right),
        )  # fmt: skip
        answer(done=packed(of_file))
    elif len(guesses) == len(things) and not of_training:  # else nothing would be said at all
        for guess in guesses:
            answer(done=packed(guess))


def is_other_than_its_name(diagnosis: Diagnosis) -> bool:
    return any(mistake.name == "forward-wrong" for mistake in diagnosis.mistakes)


def is_taken_together(diagnosis: Diagnosis) -> bool:
    """Whether one of its functions is only taken for the gradient of another one."""
    return any(note.key == "value-and-gradient" for note in diagnosis.notes)


def examine_one(thing: Any, kind: str | None, label: str, name: str) -> Diagnosis:
    """The diagnosis; what escapes from the target, or from the doctor itself, becomes its reason."""
    from charmlp.doctor.examination import examine_operation

    try:
        return examine_operation(thing, None, kind, label, name.rpartition(".")[2])
    except BaseException as error:  # a target may raise SystemExit or KeyboardInterrupt
        return Diagnosis(label, kind, reason=phrase("breaks-off", reason=one_line(error)))


if __name__ == "__main__":
    main()
