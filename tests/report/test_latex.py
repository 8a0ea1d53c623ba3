"""report.tex: everything of others is text to TeX; typeset in both languages without a complaint."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.config import OPTIMIZERS, SLIDES, override
from charmlp.language import LANGUAGES
from charmlp.report import write_report
from charmlp.report.blocks import Code, Figure, Formula, Heading, Items, Paragraph, Span, Table, plain
from charmlp.report.handin import UPDATES, blocks_of, by_optimizer, runs_beside, updates
from charmlp.report.latex import escaped, latex, lines
from charmlp.report.words import Words
from charmlp.training import train
from charmlp.training.pastrun import read_run
from tests.report.making import EVIL, Made

FIGURES = {
    name: f"figures/{name}.png"
    for name in ("curves", "confusion", "map", "letters", "reliability", "weights")
}
WIDE = Made(
    classes=tuple(f"{sign}类别名称很长很长很长很长很长" for sign in "甲乙丙丁")
    + tuple("W" * n for n in range(1, 20)),
    count=60,
    misread=0.5,
    names=[f"文件名很长很长很长很长很长很长很长很长很长很长很长很长{number}.png" for number in range(60)],
)
SECTIONS = [
    "Purpose", "Environment", "Method", "Experiments and results", "Visualisation", "Prediction", "Questions",
    "Conclusion",
]  # fmt: skip


def tex_of(made: Made, language: str = "en") -> str:
    return latex(blocks_of(made.contents, language, FIGURES), language)


def test_the_sections_that_the_course_asks_for() -> None:
    text = tex_of(Made())
    assert re.findall(r"\\section\{(.*?)\}", text) == SECTIONS
    assert len(re.findall(r"\\section\{", tex_of(Made(), "zh"))) == len(SECTIONS)
    for part in ("The linear layer", "ReLU", "Softmax and cross-entropy", "By optimizer and momentum"):
        assert f"{{{part}}}" in text
    assert r"\frac{\partial L}{\partial z} = q - y^\ast" in text and r"\gt" not in text
    assert text.count(r"\fillin{To fill in") == 6
    assert "charmlp train photos --recipe slides" in text
    alone = tex_of(Made(layers=1))
    assert "{The linear layer}" in alone and "{ReLU}" not in alone  # nothing to derive of it


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("50% & $x_1^2$ #~", r"50\% \& \$x\_1\textasciicircum{}2\$ \#\textasciitilde{}"),
        ("汉字", "汉字"),
        ("Ж\U0001f600\n", "U+0416U+1F600U+000A"),
        ("a---b-c", "a-{}-{}-b-c"),
    ],
)
def test_texts_of_others(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_each_kind_of_block() -> None:
    text = "\n".join(
        lines(
            [
                Heading(2, plain("a_b")),
                Paragraph(
                    (Span("strong", "b"), Span("text", " "), Span("math", r"x \gt 0"), Span("code", "c_d"))
                ),
                Formula(r"\begin{cases} a \cr b \end{cases}"),
                Items([plain("one")]),
                Table([plain("h")], [[plain("1")]] * 20, "r", "c"),
                Figure("f.png", "50%"),
                Code("a\n\\end{lstlisting}\\input{x}"),
            ]
        )
    )
    assert r"\subsection{a\_b}" in text and r"\textbf{b} $x > 0$\texttt{c\_d}" in text
    assert r"a \\ b" in text and r"\item one" in text and r"\caption{50\%}" in text
    assert text.count(r"\begin{longtable}") == 1 and text.count(r"\end{lstlisting}") == 1


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_optimizer_has_its_rule(optimizer: str) -> None:
    config = override(SLIDES, {"optimizer": optimizer, "weight_decay": 0.1})
    rules = updates(config)
    assert optimizer in UPDATES and rules[-1].startswith(r"\eta = 0.0005")
    assert sum(r"\lambda \theta" in rule for rule in rules) == 1  # the decay, in the gradient or beside it


def test_runs_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for number in range(40):
        folder = Path("photos", "train" if number < 24 else "val", "AB"[number % 2])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 255, (8, 8), np.uint8)).save(folder / f"{number}.png")
    usual = {"recipe": "slides", "epochs": 1, "norm_size": (8, 8), "hidden_size": (4,)}
    train("photos", **usual, out="runs/first")
    run, say = read_run(Path("runs/first")), Words("en")
    text = "\n".join(lines(by_optimizer(run, say)))
    assert "--optim_type adam --lr 0.001" in text and r"\begin{tabular}" not in text
    train("photos", **usual, momentum=0.0, out="runs/second")
    train("photos", **usual, momentum=0.0, seed=2, out="runs/third")
    train("photos", **usual, act_type="tanh", out="runs/another")
    Path("runs/broken").mkdir()
    Path("runs/broken/model.safetensors").write_bytes(b"")
    Path("runs/broken/config.toml").write_bytes(b"recipe")
    assert [path.name for path in runs_beside(run)] == ["first", "second", "third"]
    table = next(block for block in by_optimizer(run, say) if isinstance(block, Table))
    rows = sorted([spans[0].text for spans in row] for row in table.rows)
    assert [row[:4] for row in rows] == [["sgd", "0", "0.0005", "2"], ["sgd", "0.9", "0.0005", "1"]]
    assert "±" in rows[0][4] and rows[0][6] != "–" == rows[1][6]
    Path("photos").rename("elsewhere")
    text = "\n".join(lines(by_optimizer(run, say)))
    assert "cannot be compared: " in text and "give -{}-data" in text


@pytest.mark.full
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "made", [Made(), Made(classes=EVIL, count=36, misread=0.5), WIDE], ids=["letters", "evil", "wide"]
)
def test_it_is_typeset_without_a_complaint(tmp_path: Path, made: Made, language: str) -> None:
    if shutil.which("xelatex") is None:
        pytest.skip("no xelatex: texlive-xetex and texlive-lang-chinese are needed")
    write_report(made.contents, "latex", language, tmp_path / "report.tex", ["report"])
    assert complaints(tmp_path) == []
    assert (tmp_path / "report.pdf").stat().st_size > 50_000


@pytest.mark.full
def test_what_tex_complains_about_is_seen(tmp_path: Path) -> None:
    if shutil.which("xelatex") is None:
        pytest.skip("no xelatex: texlive-xetex and texlive-lang-chinese are needed")
    text = latex([Paragraph(plain("x")), Formula("a" * 300)], "en").replace(
        r"\begin{document}", "\\begin{document}\nЖ"
    )
    (tmp_path / "report.tex").write_text(text, "utf-8")
    found = complaints(tmp_path)
    assert any("Overfull" in line for line in found) and any("Missing character" in line for line in found)


def complaints(folder: Path) -> list[str]:
    """What TeX's log says about boxes, fonts and references, the second time."""
    for _ in range(2):
        flags = ("-interaction=nonstopmode", "-halt-on-error", "report.tex")
        done = subprocess.run(["xelatex", *flags], cwd=folder, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stdout[-3000:]
    log = (folder / "report.log").read_text("utf-8", "replace")
    return re.findall(r"^(?:.*Warning:.*|Overfull.*|Underfull.*|Missing character.*|!.*)$", log, re.MULTILINE)
