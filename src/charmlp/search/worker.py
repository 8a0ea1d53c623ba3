"""A process of a search: it trains one cell after the other, on data that it has read once."""

from __future__ import annotations

import json
import time
from typing import Any

from charmlp.config import TrainingConfig, from_toml
from charmlp.errors import CharmlpError, DataError
from charmlp.metrics import score
from charmlp.search.letters import Letters
from charmlp.search.measured import packed_readings
from charmlp.system.workers import Parent
from charmlp.training.callbacks import Callback, StopTraining
from charmlp.training.fit import make_trainer
from charmlp.training.prepare import Prepared
from charmlp.training.state import Epoch
from charmlp.training.steps.parameters import Parameters
from charmlp.training.trainer import Trainer, read


class Watch(Callback):
    """Tells the parent the monitor's figure of each validated epoch, and stops where it is to be pruned."""

    def __init__(self, parent: Parent, monitor: str) -> None:
        self.parent, self.monitor = parent, monitor
        self.pruned = False

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        if epoch.validation is not None:
            figure = getattr(epoch.validation, self.monitor)
            tell(self.parent, {"done": epoch.epoch / training.config.epochs, "figure": figure})
            if not json.loads(self.parent.receive())["go_on"]:
                self.pruned = True
                raise StopTraining


def main() -> None:
    """Answer tasks until the parent ends: the first message says on what, each other one what to train."""
    parent = Parent()
    facts = json.loads(parent.receive())
    base, letters = from_toml(facts["base"]), None
    while True:
        task = json.loads(parent.receive())
        config = from_toml(task["config"])
        watch = Watch(parent, base.monitor) if task["watched"] else None
        start = time.perf_counter()
        try:
            letters = letters or Letters(base, facts["given"])
            if letters.identity != facts["identity"]:
                raise DataError("the data has changed since the search was begun; begin another one")
            prepared = letters.prepared_for(config)
        except CharmlpError as error:
            tell(parent, {"error": str(error)})
            continue
        answer = train(config, prepared, watch, facts["trainings"])
        tell(parent, {**answer, "seconds": time.perf_counter() - start})


def train(config: TrainingConfig, prepared: Prepared, watch: Watch | None, trainings: int) -> dict[str, Any]:
    """What a training has shown, by the names of `Trial`, or why it failed."""
    try:
        trainer = make_trainer(config, prepared, watch or Callback(), trainings=trainings)
        trainer.run()
    except StopTraining:  # before anything was kept
        pass
    except (CharmlpError, MemoryError) as error:
        return {"failed": str(error) or "not enough memory"}
    if watch is not None and watch.pruned:
        return {"failed": f"pruned after epoch {len(trainer.history)}"}
    assert trainer.kept.parameters is not None and trainer.validation is not None
    parameters, feed = Parameters.of(trainer.sizes, trainer.kept.parameters), trainer.validation
    logits = read(config.act_type, parameters.weights, parameters.biases, feed)
    scores = score(logits, feed.labels, feed.weights)
    return {
        "accuracy": float(scores.accuracy),
        "macro_f1": float(scores.macro_f1),
        "loss": float(scores.loss),
        "epoch": trainer.kept.epoch,
        "right": packed_readings(logits.argmax(axis=1) == feed.labels),
        "step": trainer.step_name,
    }


def tell(parent: Parent, answer: dict[str, Any]) -> None:
    parent.send(json.dumps(answer).encode("ascii"))
