// What the page says, in both languages; {blanks} are filled in.

const WORDS = {
  en: {
    title: "A network that reads letters",
    net: "{sizes} numbers from layer to layer, {act} between them, {count} weights. All of it runs in this page: nothing that you draw leaves it.",
    theme: "Dark or light",
    other: "中文",
    draw: "Draw",
    pad: "Drawing pad. Arrow keys move the pen, the space bar puts it down and lifts it.",
    prompt: "Draw a letter",
    "prompt.more": "or drop, paste or choose a picture",
    tools: "Tools",
    pen: "Pen",
    eraser: "Eraser",
    undo: "Undo",
    clear: "Clear",
    choose: "Picture…",
    reads: "It reads",
    unsure: "Not sure",
    nothing: "Nothing yet",
    sure: "with {p}",
    between: "perhaps {names}",
    or: " or ",
    blank: "The picture is blank.",
    bars: "The most probable classes",
    "drawn.none": "Nothing is drawn.",
    "drawn.image": "A picture of {width} by {height} pixels.",
    "drawn.strokes": "A drawing of {count} strokes.",
    "drawn.one": "A drawing of one stroke.",
    "no.image": "This is not a picture that the browser can open.",
    shows: "How it reads this",
    "shows.lead": "From the pixels to the answer. Choose any pixel, unit or class to see its formula with the numbers in it.",
    seen: "What the network sees",
    "seen.more": "The picture in {h}×{w} pixels, standardised: their mean is 0, their deviation 1.",
    "seen.scale": "{h}×{w} pixels, from −1 (black) to 1 (white).",
    why: "For and against {name}",
    "why.more": "What each pixel adds to the logit of {name} (blue) or takes from it (orange), beside a flat picture.",
    why0: "For and against the guess",
    hidden: "Hidden layer {number}: {count} units",
    "hidden.first": "Each tile shows a unit's weights as a picture: what it looks for. It is lit as strongly as the unit answers.",
    "hidden.more": "Each tile shows the pixels behind a unit, through the layer before (the product of the weights), lit as strongly as the unit answers.",
    "hidden.few": "The first {shown} are shown.",
    lit: "{count} of {all} answer now.",
    out: "Logits, softmax, probabilities",
    "out.more": "The last layer gives each class a number, its logit z. Softmax makes probabilities of them: p = e^(z/T) / Σ e^(z/T), with the temperature T = {t}.",
    class: "class",
    close: "Close",
    "unit.none": "Choose a number",
    "unit.how": "A pixel, a unit, a class: here is how it comes about.",
    "unit.draw": "Draw a letter first.",
    pixel: "Pixel, row {row}, column {column}",
    "pixel.grey": "grey level {p}: 0 is black, 255 white",
    "pixel.box": "A drawing is cropped to the ink and made {h}×{w}.",
    "pixel.turned": "Here ink is dark: the deviation is taken as negative, which makes it light.",
    unit: "Unit {number} of hidden layer {layer}",
    output: "Class {name}",
    weights: "weights w",
    inputs: "its inputs x",
    products: "products w x",
    largest: "The largest of {count} terms; each leads to where it comes from:",
    rest: "{count} more terms",
    bias: "bias",
    feeds: "Where it goes: what it adds to the units behind it",
    value: "{name}: {value}",
    learns: "Let it learn",
    "learns.lead": "Say what the picture really is, and the network takes one step downhill: W ← W − η ∂L/∂W, with the loss L = −ln q of that class, q = softmax(z). The gradients are those that one derives by hand, from the top layer down.",
    "learn.truth": "This was a",
    "learn.rate": "learning rate η",
    learn: "Learn",
    "learn.undo": "Undo the step",
    "learn.before": "One layer up",
    "learn.after": "One layer down",
    "learn.losses": "Loss of {name} before the step {before}, after it {after} (η = {rate}).",
    "learn.error.more": "The error at the top: the probabilities q less the truth y*, which is 1 for {name} and 0 for all others. q was {q} there, so that the error is {e}.",
    "learn.layer.more": "∂L/∂W has {rows} × {columns} numbers: each output's error times each input. Norm of ∂L/∂b: {bias}, of ∂L/∂W: {norm}.",
    "learn.pixels.more": "What it would take of the pixels themselves: brighter where it is orange, darker where it is blue, and the loss falls.",
    "learn.norm": "Norm: {norm}.",
    about: "Made by charmlp {version}; weights of {bits} bits. In the console: charmlp.predict(grey, height, width).",
  },
  zh: {
    title: "会认字母的神经网络",
    net: "各层有 {sizes} 个数，激活函数是 {act}，共 {count} 个权重。全部计算都在本页面里完成，你画的内容不会传出去。",
    theme: "深色或浅色",
    other: "English",
    draw: "画",
    pad: "画板。方向键移动笔，空格键落笔或提笔。",
    prompt: "画一个字母",
    "prompt.more": "也可以拖入、粘贴或选择一张图",
    tools: "工具",
    pen: "笔",
    eraser: "橡皮",
    undo: "撤销",
    clear: "清空",
    choose: "图片…",
    reads: "读作",
    unsure: "不确定",
    nothing: "还没有内容",
    sure: "概率 {p}",
    between: "可能是 {names}",
    or: " 或 ",
    blank: "这张图是空白的。",
    bars: "概率最大的几个类别",
    "drawn.none": "还没有画。",
    "drawn.image": "一张 {width}×{height} 像素的图。",
    "drawn.strokes": "画了 {count} 笔。",
    "drawn.one": "画了一笔。",
    "no.image": "浏览器打不开这个文件，它可能不是图片。",
    shows: "它是怎样读出来的",
    "shows.lead": "从像素到答案。点选任何像素、单元或类别，就能看到代入了数字的公式。",
    seen: "网络看到的图",
    "seen.more": "缩放为 {h}×{w} 个像素并标准化：均值为 0，标准差为 1。",
    "seen.scale": "{h}×{w} 个像素，从 −1（黑）到 1（白）。",
    why: "支持与反对 {name}",
    "why.more": "与一张均匀的灰图相比，每个像素使 {name} 的 logit 增加（蓝）或减少（橙）多少。",
    why0: "支持与反对当前答案",
    hidden: "第 {number} 隐藏层：{count} 个单元",
    "hidden.first": "每个小图是一个单元的权重，也就是它在找的图样；单元的输出越大，小图越亮。",
    "hidden.more": "每个小图是一个单元透过前一层看到的像素（权重矩阵之积）；单元的输出越大，小图越亮。",
    "hidden.few": "这里画出前 {shown} 个。",
    lit: "此刻有 {count} 个（共 {all} 个）在响应。",
    out: "logit、softmax 与概率",
    "out.more": "最后一层给每个类别一个数，即 logit z；softmax 再把它们变成概率：p = e^(z/T) / Σ e^(z/T)，其中温度 T = {t}。",
    class: "类别",
    close: "关闭",
    "unit.none": "请选一个数",
    "unit.how": "选一个像素、单元或类别，这里说明它是怎样算出来的。",
    "unit.draw": "请先画一个字母。",
    pixel: "第 {row} 行第 {column} 列的像素",
    "pixel.grey": "灰度 {p}：0 为黑，255 为白",
    "pixel.box": "画出的字裁到笔画边缘，再缩放为 {h}×{w}。",
    "pixel.turned": "这里的笔画是暗的：把标准差取为负数，笔画就变亮了。",
    unit: "第 {layer} 隐藏层的第 {number} 个单元",
    output: "类别 {name}",
    weights: "权重 w",
    inputs: "它的输入 x",
    products: "乘积 w x",
    largest: "{count} 项中最大的几项；点击可以看到它从哪里来：",
    rest: "其余 {count} 项",
    bias: "偏置",
    feeds: "它到哪里去：给后一层的单元加上多少",
    value: "{name}：{value}",
    learns: "让它学",
    "learns.lead": "告诉网络这张图究竟是什么，它就沿下坡方向走一步：W ← W − η ∂L/∂W，其中损失 L = −ln q，q 是该类别的 softmax 概率。梯度就是手工推导的那些，从最上层逐层往下算。",
    "learn.truth": "这其实是",
    "learn.rate": "学习率 η",
    learn: "学一步",
    "learn.undo": "撤销这一步",
    "learn.before": "往上看",
    "learn.after": "往下看",
    "learn.losses": "{name} 的损失：走这一步之前 {before}，之后 {after}（η = {rate}）。",
    "learn.error.more": "最上面的误差：概率 q 减去真值 y*，y* 在 {name} 处为 1，其余为 0。该处 q 为 {q}，所以误差是 {e}。",
    "learn.layer.more": "∂L/∂W 有 {rows} × {columns} 个数：每个输出的误差乘以每个输入。∂L/∂b 的范数为 {bias}，∂L/∂W 的范数为 {norm}。",
    "learn.pixels.more": "若要改的是像素本身：橙色处变亮、蓝色处变暗，损失就会下降。",
    "learn.norm": "范数：{norm}。",
    about: "由 charmlp {version} 制作，权重为 {bits} 位。在控制台中可用：charmlp.predict(grey, height, width)。",
  },
};

let language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

/** A sentence in the language of the page. @param {string} key */
export function say(key, blanks = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
}

/** Say whatever stands in the page in the language that is spoken. */
export function sayAll() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
}

/** Speak the other language. */
export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  sayAll();
}

/** A number for people: −1.87. */
export function shown(x, digits = 2) {
  return x.toFixed(digits).replace(/^-(?=.*[1-9])/, "−").replace(/^-/, "");
}

/** 97.3 %. */
export function percent(p) {
  return `${(100 * p).toFixed(p < 0.0995 || p > 0.99 ? 1 : 0)} %`;
}
