"""What the homework asks for: each TODO of the skeleton as a task, in the order in which they are done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# What is known of a task: nobody has begun it; it runs and cannot be judged yet; it is judged.
NOT_BEGUN, RUNS, RIGHT, MISTAKEN = STATUSES = ("not begun", "runs", "right", "mistaken")


@dataclass(frozen=True)
class Task:
    """One task. Its name is stable: it stands in JSON, in columns of tables and in rubrics.

    file, place   where its TODO is: a function, or a class for several of its methods
    about         what it is, by language
    page          the derivation to read, by the stem of its file in docs/derivations
    explain       what `charmlp doctor --explain` takes to print it
    points        what it is worth unless a rubric says otherwise; all together 100
    """

    name: str
    file: str
    place: str
    about: Mapping[str, str]
    page: str
    explain: str
    points: int


TASKS = (
    Task(
        "linear-forward", "network.py", "LinearFunction.forward",
        {"en": "linear layer, forward", "zh": "线性层的前向计算"}, "linear", "linear", 10,
    ),
    Task(
        "linear-backward", "network.py", "LinearFunction.backward",
        {"en": "linear layer, backward", "zh": "线性层的反向传播"}, "linear", "linear", 15,
    ),
    Task(
        "relu", "activations.py", "ReLU",
        {"en": "ReLU, forward and backward", "zh": "ReLU 的前向计算与反向传播"}, "activations", "relu", 5,
    ),
    Task(
        "sigmoid", "activations.py", "Sigmoid",
        {"en": "sigmoid, forward and backward", "zh": "sigmoid 的前向计算与反向传播"},
        "activations", "sigmoid", 5,
    ),
    Task(
        "tanh", "activations.py", "Tanh",
        {"en": "tanh, forward and backward", "zh": "tanh 的前向计算与反向传播"}, "activations", "tanh", 5,
    ),
    Task(
        "cross-entropy-forward", "losses.py", "CrossEntropyLoss.forward",
        {"en": "cross-entropy, forward", "zh": "交叉熵损失的前向计算"},
        "softmax-cross-entropy", "cross_entropy", 10,
    ),
    Task(
        "cross-entropy-backward", "losses.py", "CrossEntropyLoss.backward",
        {"en": "cross-entropy, backward", "zh": "交叉熵损失的反向传播"},
        "softmax-cross-entropy", "cross_entropy", 15,
    ),
    Task(
        "mlp", "network.py", "MLP",
        {"en": "MLP of any depth", "zh": "任意层数的多层感知机"}, "chain", "structure", 15,
    ),
    Task(
        "training-step", "recognition.py", "training_step",
        {"en": "training step", "zh": "一步训练"}, "chain", "structure", 10,
    ),
    Task(
        "prediction", "recognition.py", "predict",
        {"en": "prediction", "zh": "预测"}, "softmax-cross-entropy", "cross_entropy", 5,
    ),
    Task(
        "program", "recognition.py", "",
        {"en": "the whole program: one step, and a short training", "zh": "整个程序：一步训练与一次短训练"},
        "chain", "structure", 5,
    ),
)  # fmt: skip
FILES = tuple(dict.fromkeys(task.file for task in TASKS))
