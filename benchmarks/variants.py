"""What `generalise.py` measures: recipe best as it was with one thing changed, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from charmlp.data.augment import Augmentation
from charmlp.rendering.style import Style


@dataclass(frozen=True)
class Variant:
    """Recipe best, but.

    english, chinese  words for the table
    settings          of `TrainingConfig`
    augmentation      how much letters are changed
    style             how rendered letters of signs look
    hand              share of handwriting in the rendered letters
    way               an ingredient of `ingredients.py`, with its arguments
    nets              so many nets, of which the mean answer counts
    """

    english: str
    chinese: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    augmentation: Augmentation = field(default_factory=Augmentation)
    style: Style = field(default_factory=Style)
    hand: float = 0.0
    way: tuple[Any, ...] = ()
    nets: int = 1

    def facts(self) -> str:
        """What the result depends on, but for the seed."""
        looks = f"{self.style} hand {self.hand}" if self.hand else f"{self.style}"
        return f"{dict(self.settings)} {self.augmentation} {looks} {self.way} {self.nets}"


DARK: dict[str, Any] = {"preprocessing": "standardize"}  # where ink stays as it is
LARGE: dict[str, Any] = {"norm_size": (32, 32), "updates": 2500}
FORMER = LARGE | DARK | {"dropout": 0.1, "keep": "best"}  # recipe best before this table


def former(
    english: str,
    chinese: str,
    settings: Mapping[str, Any] | None = None,
    style: Style | None = None,
    way: tuple[Any, ...] = (),
    nets: int = 1,
    **augmentation: float,
) -> Variant:
    """A variant of the recipe before this table, which bent no letters."""
    changed = Augmentation(**{"elastic": 0.0} | augmentation)
    return Variant(english, chinese, FORMER | dict(settings or {}), changed, style or Style(), 0.0, way, nets)


SCREENED = {
    "former": former("recipe best as it was", "原来的配方 best"),
    # how it learns, at the same cost
    "b128": former(
        "batches of 128, twice as many", "批量 128，更新次数加倍", {"batch_size": 128, "updates": 5000}
    ),
    "lr5": former("learning rate 0.005", "学习率 0.005", {"lr": 5e-3}),
    "drop0": former("no dropout", "无 dropout", {"dropout": 0.0}),
    "decay2": former("weight decay 0.2", "权重衰减 0.2", {"weight_decay": 0.2}),
    "ema998": former("moving average of 0.998", "滑动平均 0.998", {"ema_decay": 0.998}),
    "gelu": former("a smooth activation", "平滑的激活函数", {"act_type": "gelu"}),
    "deep": former("400-400-200", "400-400-200", {"hidden_size": (400, 400, 200)}),
    "mixup": former("mixup, β(0.2, 0.2)", "mixup，β(0.2, 0.2)", way=("mixup", 0.2)),
    "smooth": former("first layer smoothed in training", "训练中平滑第一层权重", way=("smooth", 1e-4)),
    "start": former("first layer starts smooth", "第一层以平滑图案初始化", way=("smooth_start", 1.5)),
    "pair": former(
        "two nets 288-128, mean answer", "两个 288-128 网络取平均", {"hidden_size": (288, 128)}, nets=2
    ),
    # what it sees
    "norm24": former(
        "pictures of 24×24, 768-256",
        "输入 24×24，768-256",
        {"norm_size": (24, 24), "hidden_size": (768, 256)},
    ),
    "auto": former("--crop auto, no dropout", "--crop auto，无 dropout", {"crop": "auto", "dropout": 0.0}),
    "share90": former("90 % rendered letters", "渲染字母占 90 %", {"synth_ratio": 0.9}),
    "count120": former("120,000 rendered letters", "12 万个渲染字母", {"synth_count": 120_000}),
    # how letters are changed in training
    "elastic": former("bent: elastic 0.03", "弹性形变 0.03", elastic=0.03),
    "strokes": former(
        "strokes up to a pixel bolder, thinner", "笔画粗细变化至一个像素", way=("strokes", 1.0)
    ),
    "blur": former("blur up to 0.06", "模糊至 0.06", blur=0.06),
    "noise": former("noise up to 0.1", "噪声至 0.1", noise=0.1),
    "cutout": former("cutout of 0.25", "遮挡 0.25", cutout=0.25),
    "crops": former("scale 0.25, shift 0.15", "缩放 0.25，平移 0.15", scale=0.25, shift=0.15),
    # how letters are drawn
    "margins": former(
        "crops wider and tighter", "裁剪更宽、更紧", style=Style(margin=0.06, margin_spread=0.1)
    ),
    "camera": former(
        "more blur, noise and JPEG",
        "更多模糊、噪声和 JPEG",
        style=Style(blur=0.025, blur_spread=0.8, noise=5.0, jpeg_chance=0.4, jpeg=(4.0, 40.0)),
    ),
    "thin": former("strokes from thin to bold", "笔画从细到粗", style=Style(weight=(0.0, 1.2))),
    "tilted": former(
        "more turn, slant, perspective, waves",
        "更多旋转、倾斜、透视和波纹",
        style=Style(turn=6.0, slant=0.12, tilt=0.08, wave_chance=0.2),
    ),
    # at more cost: how much there is to gain
    "long": former("three times the updates", "更新次数三倍", {"updates": 7500}),
    "best4": former("four nets, mean answer", "四个网络取平均", nets=4),
}
SETTLED = {
    "then": Variant("recipe best as it was then", "当时的配方 best", DARK),
    "dropout": Variant("dropout 0.1", "dropout 0.1", DARK | {"dropout": 0.1}),
    "constant": Variant(
        "constant rate, average of 0.998",
        "恒定学习率，滑动平均 0.998",
        DARK | {"schedule": "constant", "ema_decay": 0.998},
    ),
    "large": Variant("32×32, 2,500 updates", "32×32，2500 次更新", DARK | LARGE),
    "large-dropout": Variant(
        "the same with dropout 0.1", "同上，dropout 0.1", DARK | LARGE | {"dropout": 0.1}
    ),
    "then-hand50": Variant("half handwriting", "手写占一半", DARK, hand=0.5),
    "then-hand75": Variant("three quarters handwriting", "手写占四分之三", DARK, hand=0.75),
}
INKED = {
    "best": Variant("recipe best as it is", "现在的配方 best"),
    "dark": Variant("dark letters stay dark", "深色字母不反相", DARK),
    "smoothing05": Variant("label smoothing 0.05", "标签平滑 0.05", {"label_smoothing": 0.05}),
    "hard": Variant("no label smoothing", "无标签平滑", {"label_smoothing": 0.0}),
    "hand12": Variant("an eighth handwriting", "手写占八分之一", hand=0.125),
    "hand25": Variant("a quarter handwriting", "手写占四分之一", hand=0.25),
    "hand50": Variant("half handwriting: recipe hand", "手写占一半：配方 hand", hand=0.5),
}
VARIANTS = SCREENED | SETTLED | INKED
