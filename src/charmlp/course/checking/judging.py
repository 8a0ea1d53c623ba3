"""One task of one folder judged, in this process: it runs what is there."""

from __future__ import annotations

from pathlib import Path

from charmlp.course.checking.operations import judge_operation
from charmlp.course.checking.predictions import judge_prediction
from charmlp.course.checking.program import judge_program
from charmlp.course.checking.results import Result, does_not_run
from charmlp.course.checking.steps import judge_step
from charmlp.course.checking.structure import judge_mlp
from charmlp.course.checking.words import in_both
from charmlp.course.tasks import Task
from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.words import one_line
from charmlp.language import LANGUAGES

JUDGES = {
    "mlp": judge_mlp,
    "training-step": judge_step,
    "prediction": judge_prediction,
    "program": judge_program,
}


def judge(task: Task, folder: Path) -> Result:
    """What comes of a task; whatever the code does ends in the result, unless it ends the process."""
    try:
        return JUDGES.get(task.name, judge_operation)(task, folder)
    except CannotExamineError as error:
        reason = {language: error.reason.text(language) for language in LANGUAGES}
        return does_not_run(task.name, in_both("in-file", file=task.file, reason=reason))
    except BaseException as error:  # SystemExit and KeyboardInterrupt as well
        return does_not_run(task.name, in_both("breaks-off", place=task.place, error=one_line(error)))
