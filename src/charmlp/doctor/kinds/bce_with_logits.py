"""The binary cross-entropy of logits, max(z, 0) − z y* + log(1 + e^−|z|); its derivative is σ(z) − y*."""

from dataclasses import replace

from charmlp.doctor.kinds import binary_cross_entropy

KIND = replace(
    binary_cross_entropy.KIND,
    aliases=(
        "bcewithlogits", "bcewithlogitsloss", "bcelogits", "bcelogitsloss", "binarycrossentropywithlogits",
        "sigmoidcrossentropy", "sigmoidcrossentropywithlogits", "sigmoidbce", "sigmoidceloss", "sigmoidce",
        "sigmoidbinarycrossentropy", "sigmoidwithloss",
    ),
    arrangements=binary_cross_entropy.arrangements(binary_cross_entropy.LOGIT),
    gradients={"logit": binary_cross_entropy.KIND.gradients["logit"]},
)  # fmt: skip
