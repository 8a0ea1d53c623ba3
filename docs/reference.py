"""Writes docs/cli.md and docs/cli.zh-CN.md: what every command says with --help.

python docs/reference.py            writes the pages
python docs/reference.py --check    status 1 where a page is not what the commands say
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

PAGES = {"en": Path(__file__).with_name("cli.md"), "zh": Path(__file__).with_name("cli.zh-CN.md")}
HEADS = {
    "en": """\
# The command line

[中文](cli.zh-CN.md)

Written by `make docs` from the commands themselves. Hyphen, underscore and capitals do not matter in a
flag: `--batch-size` is `--batchsize`. A space may part the numbers of a list as well as a comma. Exit status:
0 done; 1 the input or the run was at fault; 2 the command line was wrong; 130 interrupted by
Ctrl-C, 143 by SIGTERM, 129 by SIGHUP, each of which saves a training's model and state
as they are then ([resume.md](resume.md)). Results go to
standard output, everything else to standard error. A reader that has seen enough, as in
`charmlp predict scans/ | head -1`, ends the command without an error, with status 0; a training goes on.
Of Numba's variables, `NUMBA_NUM_THREADS` and `NUMBA_CACHE_DIR` are heeded, no others.

Help, messages, pictures and reports are in the language of `--lang`, else of `CHARMLP_LANG` (`en` or `zh`),
else of the locale: `LC_ALL`, `LC_MESSAGES`, `LANG`, or what the system says. JSON, CSV, the course's lines of
output and a run's settings, figures and log are the same in both; exceptions in Python are English. Where a
machine has no font with Chinese characters, pictures are in English.
""",
    "zh": """\
# 命令行

[English](cli.md)

本页由 `make docs` 根据命令本身写成。参数中的连字符、下划线和大小写不作区分：\
`--batch-size` 就是 `--batchsize`。\
列表中的数可以用逗号分隔，也可以用空格。退出状态：0 完成；1 输入或运行有问题；2 命令行有误；\
130 被 Ctrl-C 中断，143 被 SIGTERM 中断，129 被 SIGHUP 中断，训练被中断时都会保存当时的\
模型和状态（[resume.zh-CN.md](resume.zh-CN.md)）。\
结果写到标准输出，其余都写到标准错误。下游只读一部分就结束时\
（如 `charmlp predict scans/ | head -1`），命令不报错，以状态 0 结束；训练则继续进行。\
Numba 的环境变量中，只有 `NUMBA_NUM_THREADS` 和 `NUMBA_CACHE_DIR` 起作用。

帮助、消息、图和报告的语言由 `--lang` 决定；没有给出时看环境变量 `CHARMLP_LANG`（`en` 或 `zh`）；\
再没有时看系统区域设置，即 `LC_ALL`、`LC_MESSAGES`、`LANG` 或系统自己的设置。\
JSON、CSV、课程格式的输出行，以及运行的设置、指标和日志，两种语言完全相同；\
Python 中的异常是英文的。机器上没有中文字体时，图用英文。
""",
}


def help_of(*arguments: str) -> str:
    """What a command prints with --help."""
    printed, width = io.StringIO(), mock.patch.dict(os.environ, COLUMNS="80")
    with contextlib.redirect_stdout(printed), width, contextlib.suppress(SystemExit):
        main([*arguments, "--help"])
    return printed.getvalue()


def page(language: str) -> str:
    """The whole page."""
    spoken = ("--lang", language)
    commands = {"charmlp": help_of(*spoken)}
    for verb in VERBS:
        commands[f"charmlp {verb}"] = help_of(verb, *spoken)
        if verb == "course":
            commands |= {f"charmlp {verb} {action}": help_of(verb, action, *spoken) for action in ACTIONS}
    commands |= {"charmlp --mode": help_of("--mode", "train", *spoken)}
    parts = (f"\n## {name}\n\n```text\n{text}```\n" for name, text in commands.items())
    return HEADS[language] + "".join(parts)


if __name__ == "__main__":
    if "--check" in sys.argv:
        stale = [path.name for language, path in PAGES.items() if path.read_text("utf-8") != page(language)]
        sys.exit(f"{' and '.join(stale)}: stale, run make docs" if stale else 0)
    for language, path in PAGES.items():
        path.write_text(page(language), "utf-8")
