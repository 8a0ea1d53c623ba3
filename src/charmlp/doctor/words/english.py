"""English. Keys: NAME[.VARIANT]:text, :hint and :fix; a variant without its own takes the name's."""

ENGLISH = {
    # Mistakes
    "missing-mean:text": (
        "{whose} is N times too large: the loss is a mean over the batch, its backward pass lacks the 1/N."
    ),
    "missing-mean.elements:text": (
        "{whose} is N·C times too large: the loss is a mean over all elements, its backward pass does not "
        "divide by their number."
    ),
    "missing-mean:hint": (
        "Write the loss as a sum over the batch with everything that stands before the sum. What of it is "
        "left after differentiating?"
    ),
    "missing-mean:fix": (
        "Divide the gradient by what the mean divides by (the number of rows N; for a mean over all "
        "elements, their number)."
    ),
    "extra-mean:text": "{whose} is N times too small: the mean's 1/N is applied twice.",
    "extra-mean.sum:text": (
        "{whose} is N times too small: the loss is a sum over the batch, but its backward pass divides by N."
    ),
    "extra-mean.elements:text": "{whose} is N·C times too small: the mean's division is applied twice.",
    "extra-mean.layer:text": (
        "{whose} is N times too small: it is averaged over the batch, but averaging is the loss's "
        "business, and what comes down from there is averaged already."
    ),
    "extra-mean:hint": (
        "Where in the chain from the parameter to the loss is there a mean? Count how often your code "
        "divides by N."
    ),
    "extra-mean:fix": (
        "Divide by N once, in the backward pass of the loss that has the mean, and nowhere else."
    ),
    "wrong-divisor:text": (
        "{whose} is C times too small: it is divided by N·C, but the loss is a mean over the N rows only."
    ),
    "wrong-divisor.missing:text": (
        "{whose} is C times too large: it is divided by N, but the loss is a mean over all N·C elements."
    ),
    "wrong-divisor:hint": "How many numbers does the loss average: the rows, or all elements?",
    "wrong-divisor:fix": "Divide by exactly what the forward pass divides by.",
    "factor-two.twice:text": "{whose} is twice as large as it should be.",
    "factor-two.half:text": "{whose} is half as large as it should be.",
    "factor-two:hint": (
        "Differentiate the square, and look at what stands before it: do a 2 and a ½ cancel, and does "
        "forward have that ½?"
    ),
    "factor-two:fix": (
        "The derivative of (y − y*)² is 2 (y − y*); without the 2 only where forward has a ½."
    ),
    "sign-flipped:text": "{whose} has the wrong sign: a step along it makes the loss larger.",
    "sign-flipped:hint": "Follow each minus sign: the one before the sum, and the one in the difference.",
    "sign-flipped:fix": (
        "Multiply the gradient by −1; for a difference the prediction comes first: y − y*, q − y*."
    ),
    "batch-not-summed:text": (
        "{whose} is not summed over the batch; the engine sums it silently, so nothing else tells you."
    ),
    "batch-not-summed.keepdim:text": (
        "{whose} has one dimension too many or too few; the engine reshapes it silently."
    ),
    "batch-not-summed.axis:text": "{whose} is summed over the outputs, not over the batch.",
    "batch-not-summed.all:text": "{whose} is summed over everything, not over the batch alone.",
    "batch-not-summed.one-row:text": "{whose} is that of one row, not the sum over the batch.",
    "batch-not-summed:hint": (
        "In forward the same numbers are used for every row. Which shape must their gradient have, and how "
        "do the rows come together?"
    ),
    "batch-not-summed:fix": (
        "Sum over the batch dimension, so that the gradient has the input's shape: grad_output.sum(0)."
    ),
    "bias-averaged:text": (
        "The gradient of the bias is N times too small: it is averaged over the batch where it must be "
        "summed."
    ),
    "bias-averaged:hint": "The bias is copied to every row. What is the adjoint of a copy?",
    "bias-averaged:fix": "grad_output.sum(0), not grad_output.mean(0).",
    "weight-transposed:text": "{whose} is transposed.",
    "weight-transposed:hint": (
        "Compare the shapes of the weight and of its gradient. If the layer were square, no shape would "
        "have told you."
    ),
    "weight-transposed:fix": "For y = x Wᵀ the gradient of W is gᵀ x (K×D); for y = x W it is xᵀ g (D×K).",
    "wrong-transpose-for-input:text": "{whose} multiplies by the wrong one of W and Wᵀ.",
    "wrong-transpose-for-input:hint": (
        "Write the shapes below each factor: rows of the batch by outputs, times what, gives rows by "
        "inputs? In a square layer the shapes do not help: write the sum over the outputs."
    ),
    "wrong-transpose-for-input:fix": "For y = x Wᵀ the gradient of x is g W; for y = x W it is g Wᵀ.",
    "wrong-order:text": "The gradients are returned in the wrong order.",
    "wrong-order:hint": "Compare the arguments of forward with what backward returns, one by one.",
    "wrong-order:fix": (
        "Return one gradient for each argument of forward (ctx left out), in the same order."
    ),
    "missing-gradient.none:text": (
        "{whose} is missing: backward returns None, but the output depends on it."
    ),
    "missing-gradient.count:text": "Backward returns the wrong number of gradients.",
    "missing-gradient.list:text": "Backward returns its gradients in a list, which autograd takes for one.",
    "missing-gradient.list:hint": "How does Python return several values?",
    "missing-gradient.list:fix": "Return a tuple: return a, b.",
    "missing-gradient:hint": (
        "Each argument of forward needs its gradient, or a None where there is none, such as for labels."
    ),
    "missing-gradient:fix": (
        "Return as many values as forward has arguments (ctx left out); None only for those that need no "
        "gradient."
    ),
    "cotangent-ignored:text": (
        "{whose} ignores grad_output: it is right only where this layer is the last and its result is not "
        "scaled."
    ),
    "cotangent-ignored:hint": (
        "Multiply the output by 10 after your function: which gradient should come out, and which does?"
    ),
    "cotangent-ignored:fix": (
        "Multiply the local derivative by grad_output (the chain rule), for a loss as well."
    ),
    "cotangent-twice:text": "{whose} applies grad_output twice.",
    "cotangent-twice:hint": (
        "If what comes from above doubles, the gradient must double, not become four times as large."
    ),
    "cotangent-twice:fix": "Use grad_output once, as one factor of the chain rule.",
    "cotangent-distorted:text": "{whose} is not linear in grad_output: backward uses {found} in its place.",
    "cotangent-distorted.positive:text": (
        "{whose} masks grad_output by its own sign: backward uses {found}."
    ),
    "cotangent-distorted.abs:text": "{whose} loses the sign of grad_output: backward uses |g|.",
    "cotangent-distorted.clamp:text": "{whose} clips grad_output to ±1: backward uses {found}.",
    "cotangent-distorted.sign:text": "{whose} keeps only the sign of grad_output.",
    "cotangent-distorted.collapsed:text": (
        "{whose} uses one number, {found}, in place of each element's own grad_output."
    ),
    "cotangent-distorted.other:text": (
        "{whose} is not linear in grad_output: it is clipped, masked or otherwise distorted."
    ),
    "cotangent-distorted:hint": (
        "A derivative is linear in what comes from above: b(2g) = 2 b(g), b(−g) = −b(g), b(g + h) = b(g) + "
        "b(h). Which operation on grad_output breaks that?"
    ),
    "cotangent-distorted:fix": (
        "Multiply grad_output by the local derivative and do nothing else to it; masks are taken from the "
        "input or the output. Clipping belongs between backward and the optimiser."
    ),
    "relu-mask.missing:text": "{whose} passes everything on: the mask of the ReLU is missing.",
    "relu-mask.inverted:text": (
        "{whose} is passed on where x < 0 and stopped where x > 0: the mask is inverted."
    ),
    "relu-mask.slopes:text": (
        "{whose} uses the slope {positive} where x > 0 and {negative} where x < 0; for {forward} these "
        "are {right_positive} and {right_negative}."
    ),
    "relu-mask:hint": "Draw {forward}. What is its slope on the left, and on the right?",
    "relu-mask:fix": "grad_output · {derivative}; beware of a mask computed after x was overwritten.",
    "wrong-mask.cotangent:text": (
        "{whose} is masked by the sign of grad_output, not by the sign of x: {found}."
    ),
    "wrong-mask.other:text": "{whose} is masked, but not where x < 0: the mask is that of another tensor.",
    "wrong-mask:hint": "Which tensor decides whether {forward} lets something through?",
    "wrong-mask:fix": "Take the mask from the saved input x (or the output): grad_output · {derivative}.",
    "wrong-variable:text": (
        "{whose} uses {found} where {right} is right: the derivative takes the wrong variable."
    ),
    "wrong-variable:hint": (
        "The slope can be written with the input x or with the output y, but not the one formula with the "
        "other variable. Which one did you save?"
    ),
    "wrong-variable:fix": "With the output y: sigmoid g · y (1 − y), tanh g · (1 − y²).",
    "wrong-variable.of-input:hint": (
        "Which tensor did you save, the input x or the output y, and which one does the slope depend on?"
    ),
    "wrong-variable.of-input:fix": "Save the input x: {right}.",
    "softmax-diagonal:text": "{whose} uses only the diagonal of the softmax's Jacobian, y (1 − y).",
    "softmax-diagonal.product:text": (
        "{whose} uses only the term g · y of the softmax's Jacobian diag(y) − y yᵀ."
    ),
    "softmax-diagonal.loss:text": (
        "{whose} uses only the diagonal of the softmax's Jacobian: {found} where {right} is right."
    ),
    "softmax-diagonal:hint": (
        "Each output of a softmax depends on every input. Since the outputs sum to 1, what must each row "
        "of the gradient sum to?"
    ),
    "softmax-diagonal:fix": (
        "∂yₖ/∂zᵢ = yₖ ([k = i] − yᵢ), so the gradient is y (g − Σₖ gₖ yₖ); with the cross-entropy it "
        "becomes (q − y*)/N."
    ),
    "target-forgotten:text": "{whose} is {found}: the one-hot target is not subtracted.",
    "target-forgotten.everywhere:text": (
        "{whose} subtracts 1 from every class, not only from the right one."
    ),
    "target-forgotten:hint": (
        "What does the label do to the gradient of the right class, and what to the others? Each row of "
        "the gradient must sum to 0."
    ),
    "target-forgotten:fix": "q − y* with y* one-hot: subtract 1 at [n, label[n]] only.",
    "softmax-twice.forward:text": "Forward applies softmax twice.",
    "softmax-twice.backward:text": "{whose} applies softmax twice: {found}.",
    "softmax-twice.jacobian:text": (
        "{whose} multiplies q − y* by the softmax's Jacobian once more, which is in it already."
    ),
    "softmax-twice:hint": (
        "Follow the logits: where do they become probabilities, and does something after that take them "
        "for logits again?"
    ),
    "softmax-twice:fix": "Apply softmax once, to the logits; q − y* is the gradient by the logits already.",
    "unstable.forward:text": "Forward overflows: large inputs give {bad} where the right result is finite.",
    "unstable.backward:text": "Backward overflows: large inputs give {bad} in the gradient.",
    "unstable.log-zero:text": (
        "The loss of a confident mistake is infinite: the probability becomes 0 before the logarithm is "
        "taken."
    ),
    "unstable.log-constant:text": (
        "A constant of about {epsilon} is hidden in the logarithm: the loss of a confident mistake stops "
        "at {found}, where {right_value} is right."
    ),
    "unstable.zero:text": "The result or the gradient is nan where x = 0.",
    "unstable:hint": (
        "Which intermediate result overflows or becomes 0 though the final one would be an ordinary "
        "number? Can the formula be shifted so that the largest exponent is 0?"
    ),
    "unstable.log-constant:hint": (
        "A constant only hides log(0). Can log q be had without computing q first?"
    ),
    "unstable.zero:hint": "Which division has a 0 below it?",
    "unstable:fix": (
        "Subtract the row's maximum before exp (softmax); log q = z − max − log Σ exp(z − max); for "
        "sigmoid and tanh use a form in which exp never takes a large positive number, or torch's own."
    ),
    "saved-edited:text": (
        "A tensor saved for backward is edited in place: a second backward gives something else."
    ),
    "saved-edited:hint": (
        "Which operation on a saved tensor writes into it (an index on the left of =, *=, a method with a "
        "trailing _)?"
    ),
    "saved-edited:fix": "Compute a new tensor, or clone() before writing.",
    "edited-in-place.input:text": (
        "Forward overwrites {input}, its input: whoever uses it afterwards gets other numbers."
    ),
    "edited-in-place.cotangent:text": (
        "Backward edits grad_output in place, which other branches of the graph use as well."
    ),
    "edited-in-place:hint": (
        "Assignments to an index, *= and methods with a trailing _ write into the tensor that the caller "
        "still holds."
    ),
    "edited-in-place.cotangent:hint": (
        "Assignments to an index, *= and methods with a trailing _ write into the tensor itself; "
        "grad_output is not yours alone."
    ),
    "edited-in-place.input:fix": (
        "Work on a copy (x.clone(), x.clamp(min=0)); a forward that shall work in place must say "
        "ctx.mark_dirty(x)."
    ),
    "edited-in-place:fix": "Compute a new tensor (grad_output * mask), or clone() before writing.",
    "random-forward.unseeded:text": (
        "Forward gives different results for the same input and seed: its gradient has no meaning."
    ),
    "random-forward.seeded:text": "Forward is random: it gives different results for the same input.",
    "random-forward.backward:text": (
        "A second backward gives another gradient: backward is random, or keeps state."
    ),
    "random-forward:hint": (
        "Where do random numbers or a counter come in? What was drawn in forward must be the same in "
        "backward."
    ),
    "random-forward:fix": "Draw once in forward and save what was drawn; take generators as arguments.",
    "wrong-dtype.returned:text": "{whose} comes back in another dtype than the input.",
    "wrong-dtype.float32:text": (
        "{whose} is right to float32's digits only, though input and output are float64."
    ),
    "wrong-dtype:hint": (
        "Where does a tensor of a fixed dtype come in: .float(), torch.zeros, a NumPy array?"
    ),
    "wrong-dtype:fix": "Make new tensors like the input: torch.zeros_like(x), mask.to(x.dtype).",
    "forward-wrong.form:text": "Forward is wrong: it computes {found}, where {right} is meant.",
    "forward-wrong.sum:text": (
        "Forward is wrong: it computes {found} where the mean is meant, so the size of the gradient grows "
        "with the batch."
    ),
    "forward-wrong.other:text": "Forward is wrong: its result is not {right}.",
    "forward-wrong:hint": "Compute one element by hand and compare.",
    "forward-wrong:fix": "Forward must compute {right}.",
    "forward-wrong.sizes:text": "Forward fails at other sizes.",
    "forward-wrong.sizes:hint": "Which dimension does each index and each number in the code belong to?",
    "forward-wrong.sizes:fix": "Take every size from the input's shape, and the right dimension of it.",
    "constant-factor:text": "{whose} is {factor} times what it should be.",
    "constant-factor.size:text": (
        "{whose} is {factor} times what it should be, where {letter} is a size: something is summed or "
        "averaged over it."
    ),
    "constant-factor:hint": (
        "A constant factor comes from a sum, a mean or a coefficient. Which one has that size?"
    ),
    "constant-factor:fix": "Divide by {factor}, where the sum or coefficient comes in.",
    "wrong-formula:text": "{whose} computes {found} where {right} is right.",
    "wrong-formula:hint": "Derive it for one element and compare term by term.",
    "wrong-formula:fix": "Use {right}, times what the loss or the batch brings.",
    "backward-raises:text": "Backward fails with an error.",
    "backward-raises.forward:text": "Forward fails as soon as a gradient is wanted.",
    "backward-raises.forward:hint": "What may ctx.save_for_backward take, and where does the rest go?",
    "backward-raises:hint": "Print the shapes of all tensors in the line that fails.",
    "backward-raises:fix": "Repair the line that the error names.",
    "engine-refuses:text": "Backward returns something that the autograd engine refuses.",
    "engine-refuses:hint": "Read the engine's message; it names the gradient.",
    "engine-refuses:fix": "Return one tensor of the input's shape for each argument of forward.",
    "unrecognised:text": "{whose} is wrong, in a way that the doctor does not know.",
    "unrecognised.shape:text": "{whose} has the wrong shape.",
    "unrecognised:hint": "Look at where it errs, and derive that element by hand.",
    "unrecognised:fix": "Derive the gradient again; the numeric one is a guide.",
    "or": "Consistent with either: {one} Or: {other}",
    "in-part": "In {part}: {text}",
    "whose": "The gradient of {inputs}",
    "whose-all": "The gradient",
    # Evidence
    "ratio-1": "ratio {r1} for {w1}",
    "ratio-2": "ratio {r1} for {w1}, {r2} for {w2}",
    "ratio": "ratio {r1} whatever the sizes",
    "fits": "this formula fits to {residual}, the right one is off by {error}",
    "fits-exactly": "this formula fits exactly, the right one is off by {error}",
    "distorted": "fits with {found} in place of g",
    "shape": "shape {found}, where {input} has {expected}",
    "shapes": "shapes {found}, where the inputs have {expected}",
    "count": "{found} returned, {expected} expected",
    "list": "a list of {count}",
    "dtype": "{found}, where {input} is {expected}",
    "digits": "relative error {error}",
    "raises": "{error}",
    "b-same": "b(2g) = b(g), b(−g) = b(g)",
    "b-twice": "b(2g) = {ratio} b(g)",
    "b-scaled": "b({g}) is {ratio} times what linearity asks for",
    "b-sum": "b(g + h) ≠ b(g) + b(h)",
    "error": "relative error {error}, ratio {alpha}, cosine {cosine}",
    "where-negative": "errs only where x < 0",
    "where-positive": "errs only where x > 0",
    "where-targets": "errs only at the right classes",
    "where-others": "errs only at the other classes",
    "where-share": "errs in {share} of the elements",
    "slopes": "slope {positive} where x > 0, {negative} where x < 0",
    "mask": "the mask lets {kept} through and differs from [x > 0] in {wrong}",
    "extreme": "{found} for inputs of {size}",
    "log-constant": "loss {found} where {right} is right; exp(−{found}) = {epsilon}",
    "two-forwards": "two forwards under one seed differ",
    "two-seeds": "two forwards under different seeds differ",
    "forward-at": "at x = {x} it gives {found}, right is {right}",
    "forward-gives": "it gives {found}, right is {right}",
    "output-shape": "the output has shape {found}",
    "not-finite": "ordinary inputs give nan or inf",
    "fails-at": "runs for {first}, but for {second}: {error}",
    "edited-input": "{input} before and after forward differ",
    "edited-cotangent": "grad_output before and after backward differ",
    "second-backward": "a saved tensor before and after backward differs",
    "second-differs": "two backward passes over one forward differ",
    # Notes
    "float32-only": "it takes float32 only, so it was examined in float32, with tolerances to match",
    "form": "its forward is {found}",
    "kink": "at the kink x = 0 its slope is {slope} (torch takes 0); any choice from 0 to 1 is right there",
    "random-note": "its forward is random; it was examined under one seed",
    # Why something could not be examined
    "not-a-target": (
        "{thing} is nothing with a gradient: expected an autograd.Function, a function or an nn.Module"
    ),
    "no-method": "it has no {method} of its own",
    "cannot-build": "{name} could not be built with guessed arguments ({reason}); give an instance instead",
    "does-not-fit": "it does not take the inputs of {kind} ({reason})",
    "does-not-run": (
        "forward ran with none of the usual inputs ({reason}); give inputs from Python: "
        "charmlp.doctor.examine(f, inputs=…)"
    ),
    "no-inputs": "no input is a tensor of floating point numbers",
    "flat": (
        "its forward is constant between steps, so its derivative is 0 and no gradient can be judged by it"
    ),
    "not-smooth": "numeric differentiation is not reliable here (two step sizes differ by {noise})",
    "breaks-off": "it broke off with {reason}",
    "is-folder": "a folder; give a file",
    "no-file": "there is no such file",
    "no-python": "not a Python file (.py)",
    "no-module": "{name!r} is neither a file nor a module's name",
    "no-name": "there is no {name} in it; it has {known}",
    "nothing": "it defines no autograd.Function, nn.Module or function that uses one",
    "exits": (
        "it ends the program when it is imported (exit status {status}); put that below if __name__ == "
        '"__main__"'
    ),
    "syntax": "syntax error in line {line}: {reason}",
    "import-fails": "it cannot be imported: {reason}{place}",
    "timeout": "no answer within {seconds} s (--timeout)",
    "ended": "the process ended by itself (exit status {status}){last}",
    # Report
    "skipped": "skipped {label}: {reason}",
    "healthy": "healthy",
    "mistaken": "1 mistake",
    "mistaken-many": "{count} mistakes",
    "unknown": "could not be examined: {reason}",
    "as-kind": "as {kind}",
    "evidence": "evidence",
    "hint": "hint",
    "fix": "fix",
    "page": "read",
    "note": "note",
}
