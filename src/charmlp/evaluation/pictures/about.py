"""What a picture is of, which is said below it, and its words in English or Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from charmlp.drawing.canvas import Canvas
from charmlp.drawing.fonts import has_chinese
from charmlp.text import short

LONGEST = 60  # characters of a run's or data set's name

CHINESE = {
    "run {name}": "运行 {name}",
    "data {name}": "数据 {name}",
    "training images": "训练图像",
    "validation images": "验证图像",
    "test images": "测试图像",
    # loss
    "loss (cross-entropy)": "损失（交叉熵）",
    "loss (log scale)": "损失（对数坐标）",
    "training": "训练",
    "validation": "验证",
    "accuracy, %": "验证准确率，%",
    "learning rate": "学习率",
    "epoch": "轮次（epoch）",
    "kept: epoch {epoch}": "保留：第 {epoch} 轮",
    "loss by epoch": "各轮的损失",
    "no finite loss": "没有有限的损失值",
    "The loss is not a finite number from epoch {epoch} on: training diverged.":
        "从第 {epoch} 轮起损失不再是有限的数：训练发散。",
    "Training loss is the mean over an epoch, while weights still change; validation loss comes after it.":
        "训练损失是一轮之内的平均值，期间权重仍在变化；验证损失在一轮结束后计算。",
    "Training loss is also raised by {reasons}, of which validation has nothing.":
        "{reasons}也会使训练损失升高，验证时没有这些。",
    ", ": "、",
    "Validation reads with a moving average of the weights (decay {decay:g}).":
        "验证使用权重的滑动平均（衰减 {decay:g}）。",
    "augmented images": "图像增强",
    "rendered letters": "混入渲染字母",
    "dropout {rate:g}": "dropout {rate:g}",
    "dropout of inputs {rate:g}": "输入 dropout {rate:g}",
    "label smoothing {rate:g}": "标签平滑 {rate:g}",
    "class weights": "类别权重",
    "balanced sampling": "均衡采样",
    "learning rate {rate:g} throughout": "学习率始终为 {rate:g}",
    # confusion
    "accuracy {accuracy:.1f} % of {n:,} images (95 % interval {low:.1f} to {high:.1f} %)":
        "{n:,} 张图像，准确率 {accuracy:.1f} %（95 % 区间 {low:.1f} 至 {high:.1f} %）",
    "prediction": "预测",
    "label": "标签",
    "other": "其他",
    "most frequent confusions": "最常见的混淆",
    "none": "没有",
    "{count} of {support}": "{support} 中的 {count}",
    "{shown} of {all} classes: those with mistakes. The {rest} others are always read right.":
        "{all} 类中的 {shown} 类，即有错误的类。其余 {rest} 类全部识别正确。",
    "{shown} of {all} classes: those with the most mistakes."
    " “other” is the rest; mistakes within it: {hidden}.":
        "{all} 类中错误最多的 {shown} 类。“其他”是其余各类；它们之间的错误：{hidden} 个。",
    "No class is confused with another; of {all} classes the first {shown} are shown.":
        "没有任何混淆；共 {all} 类，只显示前 {shown} 类。",
    "Colour: share of the label's images. Numbers: images.": "颜色：占该标签图像的比例。数字：图像数。",
    # t-SNE
    "t-SNE of {what}": "{what}的 t-SNE",
    "the logits": "logits ",
    "hidden layer {layer}": "第 {layer} 隐藏层",
    "A dot is an image ({n:,} of {all:,}), its colour and shape its label; large letters name the labels.":
        "每点是一张图像（{all:,} 张中的 {n:,} 张），颜色和形状表示标签；大字为标签名。",
    "Ringed: misread, {wrong:,} of {n:,}.": "带圈：识别错误，{n:,} 张中的 {wrong:,} 张。",
    "Near each other means alike to the network; distances between clusters mean little.":
        "相邻表示网络认为相似；簇与簇之间的距离没有多少意义。",
    "{count} names have no room.": "{count} 个名称放不下。",
    # calibration
    "reliability: calibration error {error}": "可靠性图：校准误差 {error}",
    "probability of the guess": "预测的概率",
    "share that is right": "正确的比例",
    "Each dot: {each} of the {n:,} images, those of similar probability; bars: 95 % intervals.":
        "每点为 {n:,} 张图像中概率相近的 {each} 张；竖线：95 % 区间。",
    "Grey: where 95 % of such dots lie if probabilities are exactly right."
    " Their error is then {chance}, seldom above {seldom}.":
        "灰色：若概率完全准确，95 % 的点落在其中；此时误差平均为 {chance}，很少超过 {seldom}。",
    "Below the diagonal: more sure than right. Above: more right than sure.":
        "在对角线之下：过于自信；在其上：过于保守。",
    # coverage
    "answer only where sure": "只在有把握时回答",
    "images that are answered": "得到回答的图像",
    "right among the answers": "回答中正确的比例",
    "answered": "回答",
    "right": "正确",
    "Threshold P as in predict --reject P: an image whose probability is below it is not answered.":
        "阈值 P 即 predict --reject P：概率低于 P 的图像不作回答。",
    "Grey: 95 % interval.": "灰色：95 % 区间。",
    # letters
    "{n:,} of {all:,} images: label → prediction": "{all:,} 张图像中的 {n:,} 张：标签 → 预测",
    "misread, the surest first: {n:,} of {all:,}": "识别错误的图像，把握最大的在前：{all:,} 张中的 {n:,} 张",
    # weights
    "weights of the first layer": "第一层的权重",
    "{n:,} of {all:,} hidden units, those that weigh most first (norm of the weights in times out).":
        "{all:,} 个隐藏单元中的 {n:,} 个，影响最大的在前（输入权重与输出权重范数之积）。",
    "One image a class: the network has no hidden layer.": "每类一幅：网络没有隐藏层。",
    "Orange: bright pixels raise the unit; purple: they lower it; white: no weight."
    " All on one scale, up to ±{limit:.2g}.":
        "橙色：亮像素使该单元增大；紫色：使其减小；白色：无权重。所有图用同一尺度，至 ±{limit:.2g}。",
}  # fmt: skip


@dataclass(frozen=True)
class About:
    """Of which run and data a picture is, and in which language it speaks; what is empty is left out.

    run    name of its folder
    data   name of the data set
    split  which images of it: training, validation or test
    lang   en or zh; where no font here has Chinese characters, English all the same
    """

    run: str = ""
    data: str = ""
    split: str = ""
    lang: str = "en"

    def say(self, text: str, **values: Any) -> str:
        """A sentence of the table above in the picture's language."""
        chosen = CHINESE[text]  # which also has the English ones that are asked for
        return (chosen if self.lang == "zh" and has_chinese() else text).format(**values)

    def caption(self) -> list[str]:
        """One line that says of what."""
        named = ("run {name}", self.run), ("data {name}", self.data), (f"{self.split} images", self.split)
        parts = [self.say(text, name=short(name, LONGEST, end=True)) for text, name in named if name]
        return [" · ".join(parts)] if parts else []

    def finish(self, canvas: Canvas, *notes: str) -> Canvas:
        """How to read it, and of what it is, in small letters below."""
        canvas.notes([*notes, *self.caption()])
        return canvas


NOTHING = About()  # known of where a picture comes from
