"""How far two ranks come apart from one process, beside what rounding alone does; a table of docs/scaling.md.

    torchrun --standalone --nproc-per-node 2 benchmarks/rounding.py DATA
    … DATA --write docs/scaling.md docs/scaling.zh-CN.md

One process, twice: from its start, and from first weights that are each changed by one part in 16 million, up
or down at random. And two ranks, from the same start. What is printed is the largest difference of any weight
from the first of these, after some updates.
"""

import argparse
from pathlib import Path

import numpy as np
from pages import write_block

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig, find_recipe, override
from charmlp.data import open_source
from charmlp.system.ranks import ALONE, Ranks
from charmlp.system.torchrun import joined
from charmlp.training.fit import make_trainer
from charmlp.training.prepare import Prepared, prepare

RECIPES = "slides", "best"
UPDATES = 50, 100, 200, 400
CHANGE = 2**-24


def weights(
    config: TrainingConfig, prepared: Prepared, change: float = 0, ranks: Ranks = ALONE
) -> list[Array]:
    """The weights after each of `UPDATES`, from a start changed by such a part."""
    trainer = make_trainer(config, prepared, ranks=ranks)
    flat = trainer.step.parameters.flat
    signs = np.random.default_rng(0).choice([-1, 1], len(flat))
    flat *= (1 + change * signs).astype(flat.dtype)
    found = []
    for updates in UPDATES:
        trainer.run(updates)
        found.append(flat.copy())
    return found


def rows(recipe: str, data: str, ranks: Ranks) -> list[str]:
    config = override(find_recipe(recipe), {"step": "analytic"})
    source = open_source(data, seed=config.seed, reading=config)
    prepared = ranks.here_first(lambda: prepare(source, config))
    first = weights(config, prepared)
    others = {
        "two ranks": weights(config, prepared, ranks=ranks),
        "one process, first weights changed": weights(config, prepared, CHANGE),
    }
    return [
        f"{recipe:<8}{name:<36}"
        + "".join(f"{np.abs(a - b).max():>10.1e}" for a, b in zip(first, other, strict=True))
        for name, other in others.items()
    ]


def main(ranks: Ranks) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", help="folder with training and validation images")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    args = parser.parse_args()
    head = f"{'after so many updates':<44}" + "".join(f"{updates:>10,}" for updates in UPDATES)
    table = "\n".join([head, *(row for recipe in RECIPES for row in rows(recipe, args.data, ranks))])
    if ranks.is_first:
        print(table)
        for page in args.write:
            write_block(page, "rounding", f"```\n{table}\n```\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(joined(main))
