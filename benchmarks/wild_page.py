"""The page of benchmarks/wild.py, in both languages: figures by set and framework, and the list of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from charmlp.doctor.catalogue import ROWS

SIZES = ("wrong", "rowless", "right")  # how many there are, not what was said
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "head": """\
# The doctor in the wild

[The doctor](doctor.md) · [中文](doctor-wild.zh-CN.md) · written by `python benchmarks/wild.py --write`

The [{cases} cases](../benchmarks/wild/cases.toml) are gradients that people wrote and others called wrong,
re-implemented in our own words from public reports. Each case and the mistake expected were written down, and
[proved](../tests/benchmarks/test_wild_cases.py) by central differences, before the doctor was run on it;
{right} of them are right, and the doubt was the mistake. *At first sight* is what the doctor said in that
first run, *today* what it says now, after we learnt from them. Each file is examined as a whole, without
being told what is in it.
""",
        "sets": {
            "1": """\
## The first set

What the doctor learnt from first.
""",
            "2": """\
## The second set

Written after the doctor had learnt from the first set, by an author who had neither run it nor read its code.
What it says at first sight here shows how it does on code that nobody prepared it for.
""",
            "3": """\
## The third set

Written in the same way after the doctor had learnt from both.
""",
            "4": """\
## The fourth set

Whole programs, scripts and notebooks, by another author who had neither run the doctor nor read its code,
after the doctor had learnt from the first three.
""",
            "5": """\
## The fifth set

Written in the same way, by yet another author, after the doctor had learnt from the first four: functions,
classes, programs and notebooks.
""",
            "6": """\
## The sixth set

Written in the same way after the doctor had learnt from the first five; a third of it are
`torch.autograd.Function`s.
""",
            "7": """\
## The seventh set

Written in the same way after the doctor had learnt from the first six: what a teacher meets in one term,
most of it NumPy.
""",
            "8": """\
## The eighth set

Written in the same way after the doctor had learnt from the first seven, by an author who had not seen
the seventh: what a teacher meets in a term, from issues, courses and forums.
""",
            "9": """\
## The ninth set

By another author, after the doctor had learnt from the first eight: from issues of many libraries (also in
C++, Rust, Swift and Julia, rewritten in NumPy or PyTorch), courses and forums; whole programs that end with
an example of their use.
""",
            "10": """\
## The tenth set

Written at the same time as the ninth by an author who had not seen it, and kept sealed until the doctor had
learnt from the ninth and from eight lots of its builders.
""",
            "11": """\
## The eleventh set

Issues and pull requests only, by yet another author; it was looked at between the ninth and the tenth.
""",
            "12": """\
## The twelfth set

What students, teachers and makers hand in: homework, layers from scratch, autograd Functions and losses, by
another author; it was looked at in the middle of the work.
""",
            "13": """\
## The thirteenth set

Of the same kind as the twelfth, and small; it was looked at when the work was done.
""",
            "14": """\
## The fourteenth set

Half of it of courses, books, forums and training programs, half of small libraries, Functions, losses and
notebooks, by two authors; it was looked at when the work was done.
""",
            "15": """\
## The fifteenth set

Public reports of all kinds, by one author: frameworks, courses, books' errata, forums; it was looked at when
the work was done.
""",
            "all": """\
## All sets
""",
        },
        "cases": """\
## The cases

An unexpected answer is in bold. Numbers are [rows](doctor.md#what-it-recognises), 0 a mistake that has none.
""",
        "shown": "At first sight → today",
        "all": "all",
        "columns": ("Case", "Set", "Source", "Framework", "Expected", "At first sight", "Today"),
        "wrong": "**wrong, by a mistake of the table**",
        "named": "named",
        "otherwise": "called by another name",
        "unknown": "not examined",
        "healthy": "called healthy",
        "false_alarms": "a mistake named that is not there, besides",
        "rowless": "**wrong in a way that the table lacks**",
        "noticed": "called mistaken",
        "rowless_unknown": "not examined",
        "rowless_healthy": "called healthy",
        "right": "**right**",
        "right_flagged": "called mistaken",
        "right_unknown": "not examined",
        "right_healthy": "called healthy",
        "says": {
            "right": "healthy",
            "named": "named",
            "noticed": "mistaken",
            "otherwise": "**another**",
            "unknown": "**not examined**",
            "healthy": "**healthy**",
            "flagged": "**mistaken**",
        },
        "row": "row {rows}",
        "or": " or ",
        "no row": "mistaken",
        "rows": "Rows: {rows}.\n",
    },
    "zh": {
        "head": """\
# 医生看别人的代码

[梯度医生](doctor.zh-CN.md) · [English](doctor-wild.md) · 由 `python benchmarks/wild.py --write` 生成

这 [{cases} 个案例](../benchmarks/wild/cases.toml)都是有人写过、又有人说算错了的梯度，\
由我们根据公开的报告重新实现。每个案例和应有的诊断都写在医生第一次见到它之前，\
并用中心差分[验证](../tests/benchmarks/test_wild_cases.py)过；其中 {right} 个其实是对的，错的是怀疑本身。\
“初见”是第一次运行时医生的回答，“现在”是我们从中学到东西之后的回答。每个文件整个交给医生，不告诉它里面是什么。
""",
        "sets": {
            "1": """\
## 第一组

医生最先从这一组学到了东西。
""",
            "2": """\
## 第二组

写于医生向第一组学习之后，作者既没有运行过医生，也没有读过它的代码。\
因此这里的“初见”反映的是：面对没有为之准备过的代码，医生表现如何。
""",
            "3": """\
## 第三组

在医生向前两组学习之后，用同样的办法写成。
""",
            "4": """\
## 第四组

在医生向前三组学习之后，由另一位既没有运行过医生、也没有读过它的代码的作者写成：完整的程序、脚本和笔记本。
""",
            "5": """\
## 第五组

在医生向前四组学习之后，由又一位作者用同样的办法写成：函数、类、程序和笔记本。
""",
            "6": """\
## 第六组

在医生向前五组学习之后，用同样的办法写成；其中三分之一是 `torch.autograd.Function`。
""",
            "7": """\
## 第七组

在医生向前六组学习之后，用同样的办法写成：一位老师在一个学期里会遇到的代码，大多用 NumPy 写成。
""",
            "8": """\
## 第八组

在医生向前七组学习之后，由一位没有看过第七组的作者用同样的办法写成：\
老师一个学期里会遇到的代码，来自 issue、课程和论坛。
""",
            "9": """\
## 第九组

在医生向前八组学习之后，由另一位作者写成，取自许多库的问题报告、课程和论坛\
（也有 C++、Rust、Swift、Julia 的，用 NumPy 或 PyTorch 重写）；都是完整的程序，末尾有使用它的例子。
""",
            "10": """\
## 第十组

与第九组同时写成，作者没有看过第九组；封存到医生学完第九组和开发者自己写的八批程序之后才打开。
""",
            "11": """\
## 第十一组

只取自问题报告和合并请求，由又一位作者写成；在第九组之后、第十组之前打开。
""",
            "12": """\
## 第十二组

学生、教师和爱好者会交来的代码：作业、自己写的层、autograd Function 和损失，由另一位作者写成；在开发中途打开。
""",
            "13": """\
## 第十三组

与第十二组同类，数量不多；开发结束后才打开。
""",
            "14": """\
## 第十四组

一半取自课程、书籍、论坛和训练程序，一半取自小型库、Function 和 notebook；两位作者写成，最后才打开。
""",
            "15": """\
## 第十五组

各类公开报告：框架、课程、书籍勘误和论坛，由一位作者写成，最后才打开。
""",
            "all": """\
## 各组合计
""",
        },
        "cases": """\
## 各个案例

意料之外的回答用粗体。数字是[错误表](doctor.zh-CN.md#它认识的错误)中的行号；0 表示表中没有的错误。
""",
        "shown": "初见 → 现在",
        "all": "合计",
        "columns": ("案例", "组", "来源", "框架", "应有的诊断", "初见", "现在"),
        "wrong": "**有错，错误在表中**",
        "named": "说对了是什么错",
        "otherwise": "说成了别的错",
        "unknown": "没能检查",
        "healthy": "当成正确",
        "false_alarms": "另外报了并不存在的错",
        "rowless": "**有错，但表中没有**",
        "noticed": "看出有错",
        "rowless_unknown": "没能检查",
        "rowless_healthy": "当成正确",
        "right": "**正确**",
        "right_flagged": "误报有错",
        "right_unknown": "没能检查",
        "right_healthy": "当成正确",
        "says": {
            "right": "正确",
            "named": "说对了",
            "noticed": "有错",
            "otherwise": "**别的错**",
            "unknown": "**没能检查**",
            "healthy": "**正确**",
            "flagged": "**有错**",
        },
        "row": "第 {rows} 行",
        "or": " 或 ",
        "no row": "有错",
        "rows": "各行：{rows}。\n",
    },
}

Case = Mapping[str, Any]
Groups = Mapping[str, Mapping[str, int]]  # figures by framework, all together last
Sets = Mapping[str, Groups]  # those by the number of the set, all together last; of one set only that


def set_of(case: Case) -> int:
    return case.get("set", 1)


def page(cases: Mapping[str, Case], first: Any, today: Any, sets: tuple[Sets, Sets], language: str) -> str:
    """The whole page, of the outcomes at first sight and today and of the figures of both."""
    words = WORDS[language]
    right = sum(case["verdict"] == "right" for case in cases.values())
    names = sorted(cases, key=lambda name: (set_of(cases[name]), name))
    listed = [words["columns"], *(case_row(name, cases[name], first, today, words) for name in names)]
    return "\n".join(
        [
            words["head"].format(cases=len(cases), right=right),
            *figure_tables(*sets, words),
            words["cases"],
            table(listed),
            words["rows"].format(rows="; ".join(f"{number} {name}" for number, name in ROWS.items())),
        ]
    )


def figure_tables(then: Sets, now: Sets, words: Mapping[str, Any]) -> list[str]:
    """A table for each set and for all, under its heading; where there is one set, just the table."""
    tables = []
    for key, groups in now.items():
        heading = words["sets"][key] if len(now) > 1 else ""
        tables.append(f"{heading}\n".lstrip() + table(figure_rows(then[key], groups, words)))
    return tables


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first row is its head."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:], ""])


def figure_rows(then: Groups, now: Groups, words: Mapping[str, Any]) -> list[list[str]]:
    rows = [[words["shown"], *(words["all"] if group == "all" else group for group in now)]]
    for figure in now["all"]:
        cells = [(figure_text(then.get(group, {}), figure), figure_text(now[group], figure)) for group in now]
        alone = figure in SIZES
        rows.append([words[figure], *(b if alone and a == b else f"{a} → {b}" for a, b in cells)])
    return rows


def figure_text(figures: Mapping[str, int], figure: str) -> str:
    """The number; that of the named ones with their share of the wrong ones."""
    count, wrong = figures.get(figure, 0), figures.get("wrong", 0)
    return f"{count} ({100 * count / wrong:.0f} %)" if figure == "named" and wrong else str(count)


def case_row(name: str, case: Case, first: Any, today: Any, words: Mapping[str, Any]) -> list[str]:
    return [
        f"[{name}](../benchmarks/wild/{case['file']})",
        str(set_of(case)),
        source_link(case["source"]),
        case["framework"],
        expected_text(case, words),
        *(said_text(case, found.get(name), words) for found in (first, today)),
    ]


def source_link(source: str) -> str:
    """Of owner/name#number, or of an address."""
    if source.startswith("https://"):
        return f"[{source.removeprefix('https://')}]({source})"
    repository, _, number = source.partition("#")
    return f"[{source}](https://github.com/{repository}/issues/{number})"


def expected_text(case: Case, words: Mapping[str, Any]) -> str:
    if case["verdict"] == "right":
        return words["says"]["right"]
    rows = words["or"].join(str(row) for row in (case["row"], *case.get("also", ())) if row)
    texts = [words["no row"]] if case["row"] == 0 else []
    return words["or"].join([*texts, *([words["row"].format(rows=rows)] if rows else [])])


def said_text(case: Case, found: Any, words: Mapping[str, Any]) -> str:
    """What was said, in bold where something else was expected; – for a case that came later."""
    if found is None:
        return "–"
    as_it_is = case["verdict"] == "right" and found.said == "healthy"
    rows = f" ({', '.join(map(str, found.rows))})" if found.rows else ""
    return words["says"]["right" if as_it_is else found.said] + rows
