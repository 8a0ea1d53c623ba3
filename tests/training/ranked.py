"""What the ranks of test_ranks.py do: train the same as one process, and see how far they are apart.

    python ranked.py UPDATES NAME…      # of CONFIGS

The first rank prints, for each name, how far its parameters and losses are from those of one process, and
whether a training that stopped, was written down and went on has the same bits.
"""

from __future__ import annotations

import dataclasses
import json
import sys

import numpy as np

from charmlp.config import OPTIMIZERS, TrainingConfig
from charmlp.letters.letterset import LetterSet
from charmlp.system.ranks import ALONE, Ranks
from charmlp.system.torchrun import joined
from charmlp.training import feed as feed_module
from charmlp.training.feed import Pictures
from charmlp.training.order import Order
from charmlp.training.state import TrainingState
from charmlp.training.trainer import Trainer

BASE = TrainingConfig(
    hidden_size=(12, 7), norm_size=(6, 6), batch_size=8, lr=1e-2, epochs=16, val_interval=1, keep="best"
)
EVERYTHING = dataclasses.replace(
    BASE, optimizer="adamw", lr=1e-3, weight_decay=0.05, schedule="cosine", warmup=0.05, label_smoothing=0.1,
    input_dropout=0.2, dropout=0.3, clip_norm=1.0, ema_decay=0.98, augment=True, synth_ratio=0.5,
    class_weights="balanced", sampling="balanced",
)  # fmt: skip
CONFIGS = {
    **{
        name: dataclasses.replace(BASE, optimizer=name, lr=1.0 if name == "adadelta" else 1e-3)
        for name in OPTIMIZERS
    },
    "everything": EVERYTHING,
    "loops": dataclasses.replace(BASE, hidden_size=(300, 400), clip_norm=0.5, dropout=0.2),
    "tiny last batch": dataclasses.replace(BASE, batch_size=20),
}


def letters(n: int, seed: int) -> LetterSet:
    """Noise in five classes, some of them rare."""
    rng = np.random.default_rng(seed)
    labels = np.minimum(rng.integers(0, 9, n), 4)
    return LetterSet(rng.integers(0, 256, (n, 6, 6), np.uint8), labels, tuple("ABCDE"), ("",) * n)


TRAINING, VALIDATION, RENDERED = letters(101, 1), letters(41, 2), letters(70, 3)


def make_trainer(config: TrainingConfig, ranks: Ranks) -> Trainer:
    rendered = RENDERED if config.synth_ratio else None
    order = Order(config, 5, TRAINING.labels, None if rendered is None else rendered.labels)
    feed = Pictures(config.preprocessing, TRAINING, rendered)
    return Trainer(config, order, feed, Pictures(config.preprocessing, VALIDATION), ranks=ranks)


def main(ranks: Ranks) -> int:
    updates, names = int(sys.argv[1]), sys.argv[2:]
    for name in ("CHUNK_BYTES", "LARGE_CHUNK_BYTES"):  # of five updates
        setattr(feed_module, name, 5 * 8 * 36 * 4)
    found = {}
    for name in names:
        config = CONFIGS[name]
        one, several, first, second = (make_trainer(config, each) for each in (ALONE, ranks, ranks, ranks))
        for trainer in (one, several):
            trainer.run(updates)
        first.run(updates // 3)
        second.take_up(TrainingState.unpack(*first.state().pack()))
        second.run(updates)
        start, alone, end = (
            trainer.step.averaged().flat for trainer in (make_trainer(config, ALONE), one, several)
        )
        losses = [
            abs(mine.loss - other.loss) for mine, other in zip(one.history, several.history, strict=True)
        ]
        found[name] = {
            "moved": float(np.abs(alone - start).max()),
            "apart": float(np.abs(alone - end).max()),
            "losses": max(losses),
            "kept": one.kept.epoch == several.kept.epoch,
            "alike": len(set(ranks.gather(end.tobytes()))) == 1,
            "resumed": np.array_equal(end, second.step.averaged().flat),
        }
    if ranks.is_first:
        print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(joined(main))
