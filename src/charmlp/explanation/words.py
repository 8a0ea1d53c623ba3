"""An explanation in plain sentences, in English or Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.explanation.explanation import Explanation

PLACES = (
    ("at the top left", "at the top", "at the top right"),
    ("at the left", "in the middle", "at the right"),
    ("at the bottom left", "at the bottom", "at the bottom right"),
)
NOTHING = 5e-3  # what would be written as 0.00

CHINESE = {
    "at the top left": "左上",
    "at the top": "上方",
    "at the top right": "右上",
    "at the left": "左侧",
    "in the middle": "中部",
    "at the right": "右侧",
    "at the bottom left": "左下",
    "at the bottom": "下方",
    "at the bottom right": "右下",
    "dark": "暗",
    "light": "亮",
    "; ": "；",
    # sentences
    "No pixel speaks for {guess} or for {other}: the network answers with its bias terms alone.":
        "没有像素支持 {guess} 或 {other}：网络只凭偏置作答。",
    "{guess} and not {other}: pixels add {plus:.2f} for {guess} and {minus:.2f} for {other},"
    " a flat picture {flat}; so the logit of {ahead} is {difference:.2f} above that of {behind}{about}.":
        "是 {guess} 而不是 {other}：像素为 {guess} 贡献 {plus:.2f}，为 {other} 贡献 {minus:.2f}，"
        "均匀灰图{flat}；因此 {ahead} 的 logit 比 {behind} 的高 {difference:.2f}{about}。",
    "{value:.2f} for {name}": "为 {name} 贡献 {value:.2f}",
    "nothing": "没有贡献",
    " (an approximation, remainder {remainder:.0e})": "（近似值，余项 {remainder:.0e}）",
    "Strongest {parts}.": "分量最大的：{parts}。",
    "for {name}: {shade} pixels {place} ({value:.2f})": "支持 {name} 的是{place}的{shade}像素（{value:.2f}）",
    "All {most} training letters most like it are {guess}; the nearest, {name}, is {label}.":
        "最相近的 {most} 个训练字母都是 {guess}；其中最近的 {name} 是 {label}。",
    "None of the {most} training letters most like it are {guess}; the nearest, {name}, is {label}.":
        "最相近的 {most} 个训练字母中没有 {guess}；其中最近的 {name} 是 {label}。",
    "1 of the {most} training letters most like it is {guess}; the nearest, {name}, is {label}.":
        "最相近的 {most} 个训练字母中有 1 个是 {guess}；其中最近的 {name} 是 {label}。",
    "{count} of the {most} training letters most like it are {guess}; the nearest, {name}, is {label}.":
        "最相近的 {most} 个训练字母中有 {count} 个是 {guess}；其中最近的 {name} 是 {label}。",
    "The guesses are the mean over {versions} versions of the picture; explained is the picture as it is.":
        "各个答案的概率是图像 {versions} 个变体的平均；解释的是原来的图像。",
    "The guesses are the mean over {versions} versions of the picture; explained is the picture as it is,"
    " which alone would be read as {alone}.":
        "各个答案的概率是图像 {versions} 个变体的平均；解释的是原来的图像，单看它会认成 {alone}。",
    "{name} among the training letters is the very same picture.": "训练字母中的 {name} 就是这一幅图。",
    # the picture
    "{name}: read as {guess}. Why {guess} and not {other}?":
        "{name}：认作 {guess}。为什么是 {guess} 而不是 {other}？",
    "network {sizes}, {act_type}": "网络 {sizes}，{act_type}",
    ", temperature {temperature:.3g}": "，温度 {temperature:.3g}",
    "; the sum is exact": "；和是精确的",
    "; integrated gradients, an approximation with the remainder {remainder:.0e}":
        "；积分梯度，是近似，余项 {remainder:.0e}",
    "what the network sees": "网络看到的图像",
    "{height}×{width} grey; mean 0, deviation 1": "{height}×{width} 灰度；均值 0，标准差 1",
    "{height}×{width} grey; mean 0, deviation 1, ink light": (
        "{height}×{width} 灰度；均值 0，标准差 1，笔画为浅色"
    ),
    "{height}×{width} grey; black −1, white 1": "{height}×{width} 灰度；黑 −1，白 1",
    "{height}×{width} grey, cropped; mean 0, deviation 1": "{height}×{width} 灰度，已裁剪；均值 0，标准差 1",
    "{height}×{width} grey, cropped; mean 0, deviation 1, ink light": (
        "{height}×{width} 灰度，已裁剪；均值 0，标准差 1，笔画为浅色"
    ),
    "{height}×{width} grey, cropped; black −1, white 1": "{height}×{width} 灰度，已裁剪；黑 −1，白 1",
    "here {low} to {high}, mean {mean}": "此图 {low} 至 {high}，平均 {mean}",
    "what speaks for {guess} and against {other}": "什么支持 {guess}、反对 {other}",
    "against  −{limit:.2g}": "反对  −{limit:.2g}",
    "+{limit:.2g}  for": "+{limit:.2g}  支持",
    "a pixel, spread over its neighbours": "每个像素，已摊到近邻",
    "guesses": "各个答案",
    "logit of {guess} minus logit of {other}": "{guess} 的 logit 减 {other} 的 logit",
    "pixels for {name}": "支持 {name} 的像素",
    "bias (a flat picture)": "偏置（均匀灰图）",
    "together": "合计",
    "logit of {name}: {value}": "{name} 的 logit：{value}",
    "pixels {value}": "像素 {value}",
    "bias {value}": "偏置 {value}",
    "{n} of {all:,} units of the first hidden layer, those that count most: what they contribute,"
    " what they look for": "第一隐藏层 {all:,} 个单元中分量最大的 {n} 个：贡献多少，寻找什么",
    "unit {number}": "单元 {number}",
    "no hidden layer: the weights of the classes themselves": "没有隐藏层：各类别自己的权重",
    "light where light pixels raise it, dark where dark ones do":
        "亮处：像素越亮它越高；暗处：像素越暗它越高",
    "the training letters most like it (in the last hidden layer)": "最相近的训练字母（按最后一个隐藏层）",
    "the training letters most like it (by their pixels)": "最相近的训练字母（按像素）",
}  # fmt: skip


class Words:
    """Says the texts of the table above in a language, `en` or `zh`."""

    def __init__(self, language: str = "en") -> None:
        self.table = {"en": {}, "zh": CHINESE}[language]

    def __call__(self, text: str, **values: Any) -> str:
        said = self.table.get(text, text).format(**values)
        return said.replace("−", "-") if self.table else said  # of which some Chinese fonts have no minus


def sentences(of: Explanation, language: str = "en") -> list[str]:
    """What the sum is made of, where most of it lies, which training letters are near."""
    say = Words(language)
    found = [sentence_of_sum(of, say), sentence_of_places(of, say), sentence_of_neighbours(of, say)]
    return [sentence for sentence in found if sentence]


def notes(of: Explanation, language: str = "en") -> list[str]:
    """What is to be known beside it."""
    say, found = Words(language), []
    if of.versions > 1:
        text = (
            "The guesses are the mean over {versions} versions of the picture;"
            " explained is the picture as it is"
        )
        alone = "" if of.alone == of.guess else ", which alone would be read as {alone}"
        found.append(say(f"{text}{alone}.", versions=of.versions, alone=printable(of.alone)))
    same = [each.name for each in of.neighbours or () if np.array_equal(each.grey, of.grey)]
    text = "{name} among the training letters is the very same picture."
    return found + [say(text, name=printable(name)) for name in same[:1]]


def sentence_of_sum(of: Explanation, say: Words) -> str:
    guess, other, pixels = printable(of.guess), printable(of.other), of.pixels
    if not pixels.any():
        return say(
            "No pixel speaks for {guess} or for {other}: the network answers with its bias terms alone.",
            guess=guess, other=other,
        )  # fmt: skip
    favoured, (ahead, behind) = guess if of.bias > 0 else other, (guess, other)
    if of.difference < 0:
        ahead, behind = other, guess
    has_bias = abs(of.bias) > NOTHING
    approximation = " (an approximation, remainder {remainder:.0e})"
    return say(
        "{guess} and not {other}: pixels add {plus:.2f} for {guess} and {minus:.2f} for {other},"
        " a flat picture {flat}; so the logit of {ahead} is {difference:.2f} above that of {behind}{about}.",
        guess=guess,
        other=other,
        plus=pixels[pixels > 0].sum(),
        minus=-pixels[pixels < 0].sum(),
        flat=say("{value:.2f} for {name}", value=abs(of.bias), name=favoured) if has_bias else say("nothing"),
        ahead=ahead,
        behind=behind,
        difference=abs(of.difference),
        about="" if of.exact else say(approximation, remainder=abs(of.remainder)),
    )


def sentence_of_places(of: Explanation, say: Words) -> str:
    """Where most speaks for each of the two, and whether it is what is dark or what is light there."""
    part = "for {name}: {shade} pixels {place} ({value:.2f})"
    parts = [
        say(part, name=printable(name), shade=say(shade), place=say(place), value=abs(value))
        for name, (value, shade, place) in zip((of.guess, of.other), extremes(of), strict=True)
        if abs(value) > NOTHING
    ]
    return say("Strongest {parts}.", parts=say("; ").join(parts)) if parts else ""


def extremes(of: Explanation) -> tuple[tuple[float, str, str], tuple[float, str, str]]:
    """The largest and the smallest sum over the dark or the light pixels of a ninth of the picture."""
    rows, columns = (thirds(side) for side in of.grey.shape)
    sums = []
    for shade, pixels in (("dark", of.inputs < of.flat), ("light", of.inputs >= of.flat)):
        shares = rows @ np.where(pixels, of.pixels, 0) @ columns.T
        sums += [
            (float(shares[row, column]), shade, PLACES[row][column])
            for row in range(3)
            for column in range(3)
        ]
    return max(sums), min(sums)


def thirds(side: int) -> NDArray[Any]:
    """Which of so many places belong to the first, the second and the last third: 3×side of 0 and 1."""
    third = np.arange(side) * 3 // side if side >= 3 else np.full(side, 1)
    return (third == np.arange(3)[:, np.newaxis]).astype(float)


def sentence_of_neighbours(of: Explanation, say: Words) -> str:
    if not of.neighbours:
        return ""
    near, most = of.neighbours[0], len(of.neighbours)
    count = [each.label for each in of.neighbours].count(of.guess)
    of_them = {
        most: "All {most} training letters most like it are",
        0: "None of the {most} training letters most like it are",
        1: "1 of the {most} training letters most like it is",
    }.get(count, "{count} of the {most} training letters most like it are")
    return say(
        f"{of_them} {{guess}}; the nearest, {{name}}, is {{label}}.",
        most=most,
        count=count,
        guess=printable(of.guess),
        name=printable(near.name),
        label=printable(near.label),
    )
