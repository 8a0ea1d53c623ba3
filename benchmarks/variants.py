"""What `generalise.py` measures: recipe best with one thing changed, and what is made of several."""

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
    style             how rendered letters look
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


A, S = Augmentation, Style
WIDER = A(rotation=12.0, scale=0.25, aspect=0.15, shear=0.3, shift=0.15)

VARIANTS: dict[str, Variant] = {
    "best": Variant("recipe best", "配方 best"),
    # optimisation, at the same cost
    "b128": Variant(
        "batches of 128, twice as many", "批量 128，更新加倍", {"batch_size": 128, "updates": 5000}
    ),
    "b128-lr2": Variant(
        "the same, rate 0.002", "同上，学习率 0.002", {"batch_size": 128, "updates": 5000, "lr": 2e-3}
    ),
    "b512": Variant(
        "batches of 512, half as many", "批量 512，更新减半", {"batch_size": 512, "updates": 1250, "lr": 4e-3}
    ),
    "lr2": Variant("learning rate 0.002", "学习率 0.002", {"lr": 2e-3}),
    "drop0": Variant("no dropout", "无 dropout", {"dropout": 0.0}),
    "ema998": Variant("average of 0.998", "滑动平均 0.998", {"ema_decay": 0.998}),
    "gelu": Variant("GELU", "GELU", {"act_type": "gelu"}),
    "leaky": Variant("leaky ReLU", "leaky ReLU", {"act_type": "leaky_relu"}),
    "norm24": Variant(
        "input 24×24, 768-256", "输入 24×24，768-256", {"norm_size": (24, 24), "hidden_size": (768, 256)}
    ),
    "norm24-long": Variant(
        "input 24×24, 3,700 updates", "输入 24×24，3700 次更新", {"norm_size": (24, 24), "updates": 3900}
    ),
    "norm40": Variant(
        "input 40×40, 352-256", "输入 40×40，352-256", {"norm_size": (40, 40), "hidden_size": (352, 256)}
    ),
    # augmentation
    "elastic": Variant("elastic 0.03", "弹性形变 0.03", augmentation=A(elastic=0.03)),
    "blur": Variant("blur up to 0.06", "模糊至 0.06", augmentation=A(blur=0.06)),
    "noise": Variant("noise up to 0.1", "噪声至 0.1", augmentation=A(noise=0.1)),
    "cutout": Variant("cutout 0.25", "遮挡 0.25", augmentation=A(cutout=0.25)),
    "crops": Variant(
        "scale 0.25, shift 0.15", "缩放 0.25，平移 0.15", augmentation=A(scale=0.25, shift=0.15)
    ),
    "wider": Variant("all of geometry wider", "几何变换都加强", augmentation=WIDER),
    # ways of training
    "mixup": Variant("mixup 0.2", "mixup 0.2", way=("mixup", 0.2)),
    "smooth": Variant("smooth first layer", "第一层平滑", way=("smooth", 1e-4)),
    "start": Variant("smooth start", "平滑的初始值", way=("smooth_start", 1.5)),
    "strokes": Variant("stroke width by a pixel", "笔画粗细变化一个像素", way=("strokes", 1.0)),
    # drawing
    "margins": Variant(
        "crops wider and tighter in drawing", "渲染时裁剪更宽或更紧", style=S(margin=0.06, margin_spread=0.1)
    ),
    "camera": Variant(
        "more blur, noise and JPEG in drawing",
        "渲染时更多模糊、噪声和 JPEG",
        style=S(blur=0.025, blur_spread=0.8, noise=5.0, jpeg_chance=0.4, jpeg=(4.0, 40.0)),
    ),
    "thin": Variant("strokes from thin to bold in drawing", "渲染时笔画从细到粗", style=S(weight=(0.0, 1.2))),
    "tilted": Variant(
        "more turn, slant and perspective in drawing",
        "渲染时更多旋转、倾斜和透视",
        style=S(turn=6.0, slant=0.12, tilt=0.08, wave_chance=0.2),
    ),
    "count120": Variant("120,000 rendered letters", "12 万渲染字母", {"synth_count": 120_000}),
    "lr5": Variant("learning rate 0.005", "学习率 0.005", {"lr": 5e-3}),
    "decay0": Variant("no weight decay", "无权重衰减", {"weight_decay": 0.0}),
    "decay2": Variant("weight decay 0.2", "权重衰减 0.2", {"weight_decay": 0.2}),
    "smooth0": Variant("no label smoothing", "无标签平滑", {"label_smoothing": 0.0}),
    "layer3": Variant("512-128-128", "512-128-128", {"hidden_size": (512, 128, 128)}),
    "wide": Variant("576-96", "576-96", {"hidden_size": (576, 96)}),
    "deep": Variant("400-400-200", "400-400-200", {"hidden_size": (400, 400, 200)}),
    "share90": Variant("90 % rendered letters", "渲染字母占 90 %", {"synth_ratio": 0.9}),
    "share50": Variant("50 % rendered letters", "渲染字母占 50 %", {"synth_ratio": 0.5}),
    "pair": Variant(
        "two nets of half the width, mean of answers",
        "两个半宽网络取平均",
        {"hidden_size": (288, 128)},
        nets=2,
    ),
    "norm24-drop0": Variant(
        "24x24 drop0", "", {"norm_size": (24, 24), "hidden_size": (768, 256), "dropout": 0.0}
    ),
    "norm24-drop0-3000": Variant(
        "24x24 drop0", "", {"norm_size": (24, 24), "hidden_size": (768, 256), "dropout": 0.0, "updates": 2800}
    ),
    "norm20": Variant("20x20 drop0", "", {"norm_size": (20, 20), "hidden_size": (960, 256), "dropout": 0.0}),
    "long": Variant("7,500 updates", "", {"updates": 7500}),
    "big": Variant("1536-768", "", {"hidden_size": (1536, 768)}),
    "drop0-long": Variant("7,500 updates drop0", "", {"updates": 7500, "dropout": 0.0}),
    "best4": Variant("mean of four", "", nets=4),
    "auto": Variant("crop auto", "", {"crop": "auto"}),
    "auto-drop0": Variant("crop auto", "", {"crop": "auto", "dropout": 0.0}),
    "auto-crops": Variant(
        "crop auto", "", {"crop": "auto", "dropout": 0.0}, augmentation=A(scale=0.2, shift=0.12)
    ),
    "hand0": Variant("no dropout; with hand families known", "", {"dropout": 0.0}),
    "hand25": Variant("a quarter of handwriting", "", {"dropout": 0.0}, hand=0.25),
    "hand50": Variant("half of handwriting", "", {"dropout": 0.0}, hand=0.5),
    "hand25-elastic": Variant(
        "a quarter of handwriting, elastic 0.03",
        "",
        {"dropout": 0.0, "keep": "late"},
        A(elastic=0.03),
        hand=0.25,
    ),
    "hand40-elastic": Variant(
        "40 % of handwriting, elastic 0.03", "", {"dropout": 0.0, "keep": "late"}, A(elastic=0.03), hand=0.4
    ),
    "hand40-elastic5": Variant(
        "40 % of handwriting, elastic 0.05", "", {"dropout": 0.0, "keep": "late"}, A(elastic=0.05), hand=0.4
    ),
    "hand25-elastic5": Variant(
        "a quarter of handwriting, elastic 0.05",
        "",
        {"dropout": 0.0, "keep": "late"},
        A(elastic=0.05),
        hand=0.25,
    ),
    "hand25-24": Variant("24×24, 512-256, 3,650 updates", "", {"dropout": 0.0, "keep": "late", "norm_size": (24, 24), "updates": 3650}, A(elastic=0.03), hand=0.25),
}
