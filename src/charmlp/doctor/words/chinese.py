"""中文。键与 english.py 相同。"""

CHINESE = {
    # 错误
    "missing-mean:text": "{whose}大了 N 倍：损失是对整批求平均，反向传播却少了 1/N。",
    "missing-mean.elements:text": (
        "{whose}大了 N·C 倍：损失是对所有元素求平均，反向传播却没有除以元素个数。"
    ),
    "missing-mean:hint": (
        "把损失写成对整批求和的形式，连同求和号前面的系数一起写出来。求导之后系数还剩下什么？"
    ),
    "missing-mean:fix": "梯度要除以平均时所除的数（行数 N；若对所有元素求平均，则为元素个数）。",
    "extra-mean:text": "{whose}小了 N 倍：平均的 1/N 乘了两次。",
    "extra-mean.sum:text": "{whose}小了 N 倍：损失是对整批求和，反向传播却除以了 N。",
    "extra-mean.elements:text": "{whose}小了 N·C 倍：平均所除的数除了两次。",
    "extra-mean.layer:text": (
        "{whose}小了 N 倍：它对整批求了平均；求平均是损失的事，从损失传下来的梯度已经平均过了。"
    ),
    "extra-mean:hint": "从参数到损失的链条里，哪里有平均？数一数代码里一共除了几次 N。",
    "extra-mean:fix": "只在含有平均的那个损失的反向传播里除以一次 N，别处都不除。",
    "wrong-divisor:text": "{whose}小了 C 倍：它除以了 N·C，而损失只对 N 行求平均。",
    "wrong-divisor.missing:text": "{whose}大了 C 倍：它除以了 N，而损失是对全部 N·C 个元素求平均。",
    "wrong-divisor:hint": "损失平均的是多少个数：行数，还是所有元素？",
    "wrong-divisor:fix": "前向除以什么，反向就除以什么。",
    "factor-two.twice:text": "{whose}大了一倍。",
    "factor-two.half:text": "{whose}只有应有的一半。",
    "factor-two:hint": "对平方求导，再看看它前面的系数：2 和 ½ 抵消了吗？前向里真有那个 ½ 吗？",
    "factor-two:fix": "(y − y*)² 的导数是 2 (y − y*)；只有前向带 ½ 时才没有这个 2。",
    "sign-flipped:text": "{whose}符号反了：沿着它走一步，损失反而变大。",
    "sign-flipped:hint": "逐个检查负号：求和号前面的，和差里面的。",
    "sign-flipped:fix": "梯度乘以 −1；写差时预测值在前：y − y*，q − y*。",
    "batch-not-summed:text": "{whose}没有对整批求和；自动求导引擎会悄悄替你求和，所以别处看不出来。",
    "batch-not-summed.keepdim:text": "{whose}的维数多了或少了一个；自动求导引擎会悄悄改掉形状。",
    "batch-not-summed.axis:text": "{whose}是对输出求和的，而不是对整批求和。",
    "batch-not-summed.all:text": "{whose}对所有元素都求了和，而不是只对整批求和。",
    "batch-not-summed.one-row:text": "{whose}只是其中一行的，而不是整批之和。",
    "batch-not-summed:hint": "前向时每一行用的是同一组数。它们的梯度应当是什么形状，各行又怎样合到一起？",
    "batch-not-summed:fix": "对批的维度求和，使梯度与输入形状相同：grad_output.sum(0)。",
    "bias-averaged:text": "偏置的梯度小了 N 倍：本该对整批求和，却求了平均。",
    "bias-averaged:hint": "偏置被复制到每一行。复制的伴随运算是什么？",
    "bias-averaged:fix": "用 grad_output.sum(0)，不要用 grad_output.mean(0)。",
    "weight-transposed:text": "{whose}转置了。",
    "weight-transposed:hint": "比较权重和它的梯度的形状。如果这一层是方阵，形状就不会提醒你。",
    "weight-transposed:fix": "若 y = x Wᵀ，W 的梯度是 gᵀ x（K×D）；若 y = x W，则是 xᵀ g（D×K）。",
    "wrong-transpose-for-input:text": "{whose}所乘的矩阵弄反了：W 和 Wᵀ 用错了一个。",
    "wrong-transpose-for-input:hint": (
        "在每个因子下面写出形状：（行数×输出数）乘什么才得到（行数×输入数）？方阵时形状帮不上忙：请写出对输"
        "出的求和。"
    ),
    "wrong-transpose-for-input:fix": "若 y = x Wᵀ，x 的梯度是 g W；若 y = x W，则是 g Wᵀ。",
    "wrong-order:text": "各个梯度返回的顺序不对。",
    "wrong-order:hint": "把 forward 的参数和 backward 的返回值逐个对照。",
    "wrong-order:fix": "forward 的每个参数（ctx 除外）对应返回一个梯度，顺序相同。",
    "missing-gradient.none:text": "缺少{whose}：backward 返回 None，而输出依赖于它。",
    "missing-gradient.count:text": "backward 返回的梯度个数不对。",
    "missing-gradient.list:text": "backward 把各个梯度放在一个列表里返回，自动求导会把它当成一个。",
    "missing-gradient.list:hint": "Python 怎样返回多个值？",
    "missing-gradient.list:fix": "返回元组：return a, b。",
    "missing-gradient:hint": "forward 的每个参数都要有梯度；没有梯度的（例如标签）返回 None。",
    "missing-gradient:fix": "返回值的个数与 forward 的参数（ctx 除外）相同；只有不需要梯度的才返回 None。",
    "cotangent-ignored:text": "{whose}没有用到 grad_output：只有当这一层是最后一层、结果又不再缩放时才对。",
    "cotangent-ignored:hint": "在你的函数之后把输出乘以 10：应当得到怎样的梯度，实际得到的又是什么？",
    "cotangent-ignored:fix": "把局部导数乘以 grad_output（链式法则），损失函数也一样。",
    "cotangent-twice:text": "{whose}把 grad_output 乘了两次。",
    "cotangent-twice:hint": "上面传下来的梯度加倍时，结果应当加倍，而不是变成四倍。",
    "cotangent-twice:fix": "grad_output 只用一次，作为链式法则中的一个因子。",
    "cotangent-distorted:text": "{whose}对 grad_output 不是线性的：反向传播用的是 {found}。",
    "cotangent-distorted.positive:text": (
        "{whose}按 grad_output 自己的符号做了掩码：反向传播用的是 {found}。"
    ),
    "cotangent-distorted.abs:text": "{whose}丢掉了 grad_output 的符号：反向传播用的是 |g|。",
    "cotangent-distorted.clamp:text": "{whose}把 grad_output 截断到 ±1：反向传播用的是 {found}。",
    "cotangent-distorted.sign:text": "{whose}只保留了 grad_output 的符号。",
    "cotangent-distorted.collapsed:text": "{whose}用一个数（{found}）代替了每个元素各自的 grad_output。",
    "cotangent-distorted.other:text": (
        "{whose}对 grad_output 不是线性的：它被截断、掩码或以别的方式改动了。"
    ),
    "cotangent-distorted:hint": (
        "导数对上游梯度是线性的：b(2g) = 2 b(g)，b(−g) = −b(g)，b(g + h) = b(g) + b(h)。对 grad_output 的哪"
        "一步运算破坏了它？"
    ),
    "cotangent-distorted:fix": (
        "grad_output 乘以局部导数，此外什么也不做；掩码取自输入或输出。梯度裁剪应放在反向传播与优化器之间。"
    ),
    "relu-mask.missing:text": "{whose}原样全部传了下去：缺少 ReLU 的掩码。",
    "relu-mask.inverted:text": "{whose}在 x < 0 处通过、在 x > 0 处被挡住：掩码反了。",
    "relu-mask.slopes:text": (
        "{whose}在 x > 0 处用的斜率是 {positive}，在 x < 0 处是 {negative}；对 max(0, x) 应当是 1 和 0。"
    ),
    "relu-mask:hint": "画出 max(0, x)。它左边的斜率是多少，右边呢？",
    "relu-mask:fix": "grad_output · [x > 0]；注意不要在 x 被改写之后才计算掩码。",
    "wrong-mask.cotangent:text": "{whose}是按 grad_output 的符号做掩码的，而不是按 x 的符号：{found}。",
    "wrong-mask.other:text": "{whose}做了掩码，但挡住的不是 x < 0 的地方：掩码来自别的张量。",
    "wrong-mask:hint": "max(0, x) 是否放行，由哪个张量决定？",
    "wrong-mask:fix": "掩码取自保存的输入 x（或输出）：grad_output · [x > 0]。",
    "wrong-variable:text": "{whose}用了 {found}，正确的是 {right}：导数公式里的变量用错了。",
    "wrong-variable:hint": (
        "斜率既可以用输入 x 写，也可以用输出 y 写，但不能拿一个的公式套另一个变量。你保存的是哪一个？"
    ),
    "wrong-variable:fix": "用输出 y：sigmoid 是 g · y (1 − y)，tanh 是 g · (1 − y²)。",
    "softmax-diagonal:text": "{whose}只用了 softmax 雅可比矩阵的对角线 y (1 − y)。",
    "softmax-diagonal.product:text": "{whose}只用了 softmax 雅可比矩阵 diag(y) − y yᵀ 中的 g · y 一项。",
    "softmax-diagonal.loss:text": (
        "{whose}只用了 softmax 雅可比矩阵的对角线：算的是 {found}，正确的是 {right}。"
    ),
    "softmax-diagonal:hint": (
        "softmax 的每个输出都依赖于每个输入。既然输出之和为 1，梯度每一行之和应当是多少？"
    ),
    "softmax-diagonal:fix": (
        "∂yₖ/∂zᵢ = yₖ ([k = i] − yᵢ)，所以梯度是 y (g − Σₖ gₖ yₖ)；与交叉熵合起来就是 (q − y*)/N。"
    ),
    "target-forgotten:text": "{whose}是 {found}：没有减去 one-hot 标签。",
    "target-forgotten.everywhere:text": "{whose}对每个类别都减了 1，而不是只对正确的类别。",
    "target-forgotten:hint": "标签对正确类别的梯度做了什么，对其他类别呢？梯度每一行之和必须为 0。",
    "target-forgotten:fix": "q − y*，y* 为 one-hot：只在 [n, label[n]] 处减 1。",
    "softmax-twice.forward:text": "前向做了两次 softmax。",
    "softmax-twice.backward:text": "{whose}做了两次 softmax：{found}。",
    "softmax-twice.jacobian:text": "{whose}把 q − y* 又乘了一次 softmax 的雅可比矩阵，而它已经包含在内了。",
    "softmax-twice:hint": "跟着 logits 走：它们在哪里变成概率？之后有没有哪一步又把概率当成 logits？",
    "softmax-twice:fix": "softmax 只对 logits 做一次；q − y* 就已经是对 logits 的梯度。",
    "unstable.forward:text": "前向溢出：输入很大时得到 {bad}，而正确结果是有限的。",
    "unstable.backward:text": "反向溢出：输入很大时梯度为 {bad}。",
    "unstable.log-zero:text": "很有把握却判错时，损失为无穷大：取对数之前概率已变成 0。",
    "unstable.log-constant:text": (
        "对数里藏着一个约 {epsilon} 的常数：很有把握却判错时，损失停在 {found}，正确值是 {right_value}。"
    ),
    "unstable.zero:text": "x = 0 处的结果或梯度是 nan。",
    "unstable:hint": (
        "最终结果是个普通的数，哪个中间结果却溢出了或变成了 0？能否把公式平移，使最大的指数为 0？"
    ),
    "unstable.log-constant:hint": "常数只是把 log(0) 盖住了。能不能不先算 q 就得到 log q？",
    "unstable.zero:hint": "哪个除法的分母是 0？",
    "unstable:fix": (
        "取 exp 之前先减去每行的最大值（softmax）；log q = z − max − log Σ exp(z − max)；sigmoid 和 tanh 要"
        "用 exp 不会遇到很大正数的形式，或直接用 torch 自带的。"
    ),
    "saved-edited:text": "为反向传播保存的张量被原地修改了：再做一次反向传播，结果就不同。",
    "saved-edited:hint": "对保存的张量做的哪个运算会写入它（等号左边的下标、*=、名字以 _ 结尾的方法）？",
    "saved-edited:fix": "算出一个新的张量，或在写入之前先 clone()。",
    "edited-in-place.input:text": "前向改写了它的输入 {input}：之后再用它的人得到的是别的数。",
    "edited-in-place.cotangent:text": "反向传播原地修改了 grad_output，而计算图的其他分支也在用它。",
    "edited-in-place:hint": "对下标赋值、*= 和名字以 _ 结尾的方法，都会写入调用者手里的那个张量。",
    "edited-in-place.cotangent:hint": (
        "对下标赋值、*= 和名字以 _ 结尾的方法，都会写入张量本身；grad_output 并不只归你使用。"
    ),
    "edited-in-place:fix": "算出一个新的张量（grad_output * mask），或在写入之前先 clone()。",
    "edited-in-place.input:fix": (
        "在副本上计算（x.clone()、x.clamp(min=0)）；确实要原地工作的前向必须声明 ctx.mark_dirty(x)。"
    ),
    "random-forward.unseeded:text": "同样的输入、同样的种子，前向给出不同的结果：它的梯度没有意义。",
    "random-forward.seeded:text": "前向是随机的：同样的输入给出不同的结果。",
    "random-forward.backward:text": "第二次反向传播得到不同的梯度：反向传播是随机的，或者保留了状态。",
    "random-forward:hint": "随机数或计数器是从哪里进来的？前向抽到的数，反向必须用同一个。",
    "random-forward:fix": "在前向里抽一次并保存下来；随机数生成器作为参数传入。",
    "wrong-dtype.returned:text": "{whose}的数据类型与输入不同。",
    "wrong-dtype.float32:text": "输入输出都是 float64，{whose}却只有 float32 的精度。",
    "wrong-dtype:hint": "固定类型的张量是从哪里进来的：.float()、torch.zeros，还是 NumPy 数组？",
    "wrong-dtype:fix": "新建张量时跟随输入：torch.zeros_like(x)、mask.to(x.dtype)。",
    "forward-wrong.form:text": "前向错了：算的是 {found}，应当是 {right}。",
    "forward-wrong.sum:text": "前向错了：算的是 {found}，应当求平均；否则梯度的大小会随批的大小增长。",
    "forward-wrong.other:text": "前向错了：结果不是 {right}。",
    "forward-wrong:hint": "手算一个元素，与结果对照。",
    "forward-wrong:fix": "前向应当计算 {right}。",
    "constant-factor:text": "{whose}是应有值的 {factor} 倍。",
    "constant-factor.size:text": (
        "{whose}是应有值的 {factor} 倍，{letter} 是一个尺寸：某处对它求了和或求了平均。"
    ),
    "constant-factor:hint": "常数倍来自求和、平均或系数。哪一个恰好有这个大小？",
    "constant-factor:fix": "在出现求和或系数的地方除以 {factor}。",
    "wrong-formula:text": "{whose}算的是 {found}，正确的是 {right}。",
    "wrong-formula:hint": "对一个元素推导，再逐项比较。",
    "wrong-formula:fix": "用 {right}，再乘以损失或整批带来的系数。",
    "backward-raises:text": "反向传播出错退出。",
    "backward-raises:hint": "在出错的那一行打印所有张量的形状。",
    "backward-raises:fix": "修正错误信息指出的那一行。",
    "engine-refuses:text": "反向传播返回的东西不被自动求导引擎接受。",
    "engine-refuses:hint": "读一读引擎的错误信息，它指出了是哪个梯度。",
    "engine-refuses:fix": "forward 的每个参数对应返回一个与输入形状相同的张量。",
    "unrecognised:text": "{whose}不对，但不属于医生认识的错误。",
    "unrecognised.shape:text": "{whose}形状不对。",
    "unrecognised:hint": "看看它错在哪里，手工推导那个元素。",
    "unrecognised:fix": "重新推导梯度，以数值梯度为参照。",
    "or": "两种可能都符合：{one} 或者：{other}",
    "in-part": "在 {part} 中：{text}",
    "whose": "{inputs} 的梯度",
    "whose-all": "梯度",
    # 证据
    "ratio-1": "{w1} 时比值为 {r1}",
    "ratio-2": "{w1} 时比值为 {r1}，{w2} 时为 {r2}",
    "ratio": "无论尺寸如何，比值都是 {r1}",
    "fits": "与这个公式相差 {residual}，与正确公式相差 {error}",
    "distorted": "把 g 换成 {found} 即相符",
    "shape": "形状为 {found}，而 {input} 为 {expected}",
    "shapes": "形状为 {found}，而输入为 {expected}",
    "count": "返回 {found} 个，应为 {expected} 个",
    "list": "一个含 {count} 项的列表",
    "dtype": "是 {found}，而 {input} 是 {expected}",
    "digits": "相对误差 {error}",
    "raises": "{error}",
    "b-same": "b(2g) = b(g)，b(−g) = b(g)",
    "b-twice": "b(2g) = {ratio} b(g)",
    "b-scaled": "b({g}) 是线性时应有值的 {ratio} 倍",
    "b-sum": "b(g + h) ≠ b(g) + b(h)",
    "error": "相对误差 {error}，比值 {alpha}，余弦 {cosine}",
    "where-negative": "只在 x < 0 处出错",
    "where-positive": "只在 x > 0 处出错",
    "where-targets": "只在正确类别处出错",
    "where-others": "只在其他类别处出错",
    "where-share": "{share} 的元素出错",
    "slopes": "x > 0 处斜率 {positive}，x < 0 处 {negative}",
    "mask": "掩码放行 {kept}，有 {wrong} 与 [x > 0] 不同",
    "extreme": "输入为 {size} 时得到 {found}",
    "log-constant": "损失为 {found}，正确值 {right}；exp(−{found}) = {epsilon}",
    "two-forwards": "同一种子下两次前向结果不同",
    "two-seeds": "不同种子下两次前向结果不同",
    "forward-at": "x = {x} 时得到 {found}，正确的是 {right}",
    "forward-gives": "得到 {found}，正确的是 {right}",
    "output-shape": "输出的形状是 {found}",
    "edited-input": "{input} 在前向之前与之后不同",
    "edited-cotangent": "grad_output 在反向传播之前与之后不同",
    "second-backward": "保存的张量在反向传播之前与之后不同",
    "second-differs": "同一次前向的两次反向传播结果不同",
    # 附注
    "float32-only": "它只接受 float32，因此用 float32 检查，容差也相应放宽",
    "form": "它的前向是 {found}",
    "kink": "在折点 x = 0 处它的斜率取 {slope}（torch 取 0）；那里取 0 到 1 之间的任何值都对",
    "random-note": "它的前向是随机的；检查时固定了种子",
    # 为什么无法检查
    "not-a-target": "{thing} 没有梯度可查：应为 autograd.Function、函数或 nn.Module",
    "no-method": "它没有自己的 {method}",
    "cannot-build": "无法用猜测的参数构造 {name}（{reason}）；请改为给出一个实例",
    "does-not-fit": "它不接受 {kind} 的输入（{reason}）",
    "does-not-run": (
        "常见的输入都无法让前向运行（{reason}）；请在 Python 里给出输入：charmlp.doctor.examine(f, inputs=…)"
    ),
    "no-inputs": "没有浮点张量作为输入",
    "flat": "它的前向是阶梯状的，导数处处为 0，无法据此判断梯度",
    "not-smooth": "这里的数值微分不可靠（两种步长相差 {noise}）",
    "breaks-off": "检查中断：{reason}",
    "is-folder": "这是文件夹；请给出文件",
    "no-file": "没有这个文件",
    "no-python": "不是 Python 文件（.py）",
    "no-module": "{name!r} 既不是文件，也不是模块名",
    "no-name": "其中没有 {name}；有的是 {known}",
    "nothing": "其中没有定义 autograd.Function、nn.Module，也没有用到它们的函数",
    "exits": '导入它时程序就退出了（退出码 {status}）；请把那部分放到 if __name__ == "__main__" 之下',
    "syntax": "第 {line} 行有语法错误：{reason}",
    "import-fails": "无法导入：{reason}{place}",
    "timeout": "{seconds} 秒内没有结果（--timeout）",
    "ended": "进程自行结束（退出码 {status}）{last}",
    # 报告
    "skipped": "跳过 {label}：{reason}",
    "healthy": "正确",
    "mistaken": "1 处错误",
    "mistaken-many": "{count} 处错误",
    "unknown": "无法检查：{reason}",
    "as-kind": "视为 {kind}",
    "evidence": "证据",
    "hint": "提示",
    "fix": "改法",
    "page": "推导",
    "note": "附注",
}
