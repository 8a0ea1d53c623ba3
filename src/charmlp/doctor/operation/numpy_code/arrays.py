"""The arrays of an object: its weights, and the gradients that a backward pass leaves on it."""

import copy
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.operation.numpy_code.names import of_gradient
from charmlp.doctor.operation.numpy_code.rates import own_rate
from charmlp.doctor.operation.source import source_of

# Arrays that are no weights: gradients, an optimizer's, running statistics, what a forward left
NO_WEIGHT = re.compile(
    r"_?(d_?(w|b|x|u|v|k|h|g|gamma|beta|theta|alpha|scale|shift|param|input|out|kernel|value)\w*|d_?[A-Z]\w*|grads?|\w*grad(ient)?s?"
    r"|grad\w*|nabla\w*|delta\w*|v|m|s|t|velocity\w*|\w*momentum\w*|running\w*|moving\w*|means?|vars?|mu|std|sigma|cache\w*"
    r"|mask|[xX]\w?|inputs?|outputs?|out|y|Y|target\w*|labels?|loss\w*|error\w*|[azAZ]\d+|layer_?\d+|h_?prev|hidden_state"
    r"|[vm]_?[wWbB]\d*|lr|eta|learning_rate|[vm]d\w+|layer_input)"
)
LINKS = re.compile(r"consumers|(input|inbound|outbound)_?nodes|creators?|parents?|depends_on")  # of a graph
CONTAINERS = re.compile(
    r"_?(d?params?|parameters|grads?|gradients?|weights?|bias(es)?|thetas?|d?_?[wWbB]s?|d_?(weights|biases)|nabla_\w"
    r"|coefs?_?|intercepts?_?|\w*_(weights|biases|grads))"
)
SCALAR = re.compile(r"_?(w|b|bias|weight|intercept|theta)\d*", re.IGNORECASE)  # a number, not an array
GRADIENTS = re.compile(
    r"_?(d_?[wb]\w*|d[A-Z]\w*|d_?(weights|biases|gamma|beta|params|inputs|x)|grads?|\w*gradients?|grad_?\w*|\w+_grads?"
    r"|nabla\w*|v|m|[vm]_?[wWbB]\d*|velocit\w*|[vm]d\w+)"
)
VALUES = ("data", "value", "val", "array", "param")  # in an object that holds an array and its gradient
RATE = re.compile(r"_?(lr|eta|learn(ing)?_?rate|l_?rate|alpha|step(_size)?|rate)", re.IGNORECASE)
SAME = ("weights?|kernel|w|theta", "biases|bias|b|offset|w0|intercept")
DEEPEST = 3

Step = tuple[str, Any]  # an attribute, and a key where that is a list or a dict


@dataclass(frozen=True)
class Place:
    """Where an array is: an attribute of an object or of its objects, or an entry of a list or dict."""

    attribute: str
    key: Any = None
    path: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        own = self.key if isinstance(self.key, str) else label((self.attribute, self.key))
        above = ".".join(map(label, self.path))
        if above and self.key is None and self.attribute in VALUES:
            return above
        return f"{above}.{own}" if above else own

    def holder(self, owner: Any) -> Any:
        for attribute, key in self.path:
            owner = getattr(owner, attribute) if key is None else getattr(owner, attribute)[key]
        return owner

    def get(self, owner: Any) -> Any:
        value = getattr(self.holder(owner), self.attribute)
        return shown(value if self.key is None else value[self.key])

    def put(self, owner: Any, value: np.ndarray) -> None:
        """Into the array itself, which may be known by other names as well; a number takes its place."""
        now = self.get(owner)
        if isinstance(now, np.ndarray) and now.flags.writeable and now.shape == np.shape(value):
            now[...] = value
        elif isinstance(now, list) and np.shape(now) == np.shape(value):
            now[:] = np.asarray(value).tolist()
        elif self.key is None:
            setattr(self.holder(owner), self.attribute, value if np.ndim(value) else float(value))
        else:
            getattr(self.holder(owner), self.attribute)[self.key] = value if np.ndim(value) else float(value)


def label(step: Step) -> str:
    attribute, key = step
    return attribute.lstrip("_") if key is None else f"{attribute.lstrip('_')}[{key}]"


def places(owner: Any) -> Iterator[tuple[Place, Any]]:
    """Every array of real numbers on an object and on its own objects, in the order in which it was set."""
    for path, holder in holders(owner):
        for name, held in vars(holder).items():
            value = shown(held)
            is_scalar = isinstance(value, float) and SCALAR.fullmatch(of_gradient(name))
            is_kept = is_table(value) and (is_stepped(holder, name) or GRADIENTS.fullmatch(name))
            if is_array(value) or is_scalar or is_kept:
                yield Place(name, path=path), value
            elif isinstance(value, dict) or (isinstance(value, list) and is_container(name, value)):
                entries = value.items() if isinstance(value, dict) else enumerate(value)
                each = ((key, shown(entry)) for key, entry in entries)
                yield from ((Place(name, key, path), entry) for key, entry in each if is_array(entry))


def is_container(name: str, held: list[Any]) -> bool:
    """Whether a list holds weights or gradients: by its name, or since all in it are arrays."""
    return CONTAINERS.fullmatch(name) is not None or (bool(held) and all(map(is_array, held)))


def holders(owner: Any) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """An object, and the objects of classes of the same module that it is composed of; each once."""
    waiting: list[tuple[tuple[Step, ...], Any]] = [((), owner)]
    seen: set[int] = set()
    while waiting:
        path, holder = waiting.pop(0)
        if id(holder) in seen or not hasattr(holder, "__dict__"):
            continue
        seen.add(id(holder))
        yield path, holder
        if len(path) == DEEPEST:
            continue
        for name, value in vars(holder).items():
            if LINKS.fullmatch(name):
                continue
            entries: list[tuple[Any, Any]] = [(None, value)]
            if isinstance(value, dict):
                entries = list(value.items())
            elif isinstance(value, list | tuple):
                entries = list(enumerate(value))
            waiting += [((*path, (name, key)), inner) for key, inner in entries if is_part(inner, owner)]


def is_part(thing: Any, owner: Any) -> bool:
    return not isinstance(thing, type) and type(thing).__module__ == type(owner).__module__


def shown(value: Any) -> Any:
    """A tensor as an array that shares its memory; anything else as it is."""
    return value.detach().numpy() if is_tensor(value) else value


def is_tensor(value: Any) -> bool:
    """Whether it is torch's, of whose gradients somebody takes care by hand."""
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach")


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size > 0 and np.issubdtype(value.dtype, np.floating)


def is_table(value: Any) -> bool:
    """Whether it is a matrix or a vector in lists of numbers.

    >>> is_table([[0.5, 1.0], [2.0, 3.0]]), is_table([0.5]), is_table([[0.5], [1.0, 2.0]]), is_table([2, 3])
    (True, True, False, False)
    """
    if not isinstance(value, list) or not value:
        return False
    if all(isinstance(one, list) for one in value):
        return all(map(is_table, value)) and len({len(row) for row in value}) == 1
    return all(isinstance(one, float) for one in value)


def is_stepped(owner: Any, name: str) -> bool:
    """Whether its class adds something to the numbers of a list, as a step does to weights; or its gradient
    is kept beside it."""
    entry = rf"self\.{re.escape(name)}((?:\[[^\]]+\])+)"
    step = rf"{entry}\s*(?:[-+]=|=\s*self\.{re.escape(name)}\1\s*[-+])"
    gradient = rf"self\.(?:d_?{re.escape(name)}|grad_{re.escape(name)}|{re.escape(name)}_grad)\s*="
    kind: type = type(owner)
    return re.search(f"{step}|{gradient}", source_of(kind)) is not None


def weights(owner: Any) -> list[Place]:
    """The places of an object's weights; one array in two places is one, under its shortest name."""
    found: dict[int, Place] = {}
    for place, array in places(owner):
        if not is_of_weights(place, owner):
            continue
        key = array.__array_interface__["data"][0] if isinstance(array, np.ndarray) else hash(place)
        known = found.get(key)
        # `self.W` rather than `self.params[0]`
        if known is None or (isinstance(known.key, int) and place.key is None and not place.path):
            found[key] = place
    return list(found.values())


def is_of_weights(place: Place, owner: Any) -> bool:
    name = place.attribute
    if NO_WEIGHT.fullmatch(name) or (isinstance(place.key, str) and is_gradient_key(place.key)):
        return False
    if any(is_called_gradient_of(name, other) for other in vars(place.holder(owner))):
        return False
    if name in VALUES and place.key is None:
        return any(hasattr(place.holder(owner), attribute) for attribute in ("grad", "gradient", "g", "diff"))
    return True


def is_gradient_key(key: str) -> bool:
    return bool(
        re.fullmatch(r"d[A-Z]\w*|d_?[wb]\d*|grad\w*|\w+_grad|[XxZA]\d*|[zax]\d*|velocity\w*|v_\w+", key)
    )


def restore(used: Any, original: Any, of: Sequence[Place]) -> None:
    """Give an object the weights, gradients and velocities of another one; what forward kept stays."""
    for place in of:
        place.put(used, np.array(place.get(original)))
    for (_, mine), (_, others) in zip(holders(used), holders(original), strict=False):
        for name, value in vars(others).items():
            if GRADIENTS.fullmatch(name):
                setattr(mine, name, as_it_was(getattr(mine, name, None), value))


def as_it_was(now: Any, before: Any) -> Any:
    """A value like one before: arrays keep their places, which other objects may share."""
    if isinstance(now, np.ndarray) and isinstance(before, np.ndarray) and now.shape == before.shape:
        if now.flags.writeable and now.dtype == before.dtype:
            now[...] = before
            return now
    elif isinstance(now, list) and isinstance(before, list) and len(now) == len(before):
        now[:] = [as_it_was(*pair) for pair in zip(now, before, strict=True)]
        return now
    elif isinstance(now, dict) and isinstance(before, dict) and set(now) == set(before):
        now.update({key: as_it_was(now[key], before[key]) for key in now})
        return now
    return copy.deepcopy(before)


def gradients_on(
    owner: Any, of: Sequence[Place], before: Mapping[Place, np.ndarray], rate: float
) -> list[Any]:
    """The gradients that backward left on an object, one for each place, None where there is none.

    Where there is none but the array itself has changed, it was updated: by minus its gradient.
    """
    found = dict(places(owner))
    gradients = []
    for place in of:
        gradient = gradient_of(owner, place, found)
        update = (before[place] - np.asarray(place.get(owner), float)) / rate
        missing = gradient is None or not np.any(gradient)
        gradients.append(update if missing and update.any() else gradient)
    return gradients


def by_shape(
    owner: Any, of: Sequence[Place], held: Mapping[Place, np.ndarray], gradients: Sequence[Any]
) -> list[Any]:
    """The gradients, and where there is none the one new array of the weight's shape, whatever its name.

    held: the arrays on the object before its backward.
    """
    others = {place: array for place, array in places(owner) if place not in of}
    new = [a for place, a in others.items() if place not in held or not np.array_equal(held[place], a)]
    shapes = [np.shape(place.get(owner)) for place in of]
    missing = [shape for shape, g in zip(shapes, gradients, strict=True) if g is None]
    found = list(gradients)
    for i, shape in enumerate(shapes):
        alike = [array for array in new if np.shape(array) == shape]
        if found[i] is None and shape and len(alike) == missing.count(shape) == 1:
            found[i] = alike[0]
    return found


def gradient_of(owner: Any, place: Place, found: Mapping[Place, Any]) -> Any:
    """The array whose name says that it is the gradient of the one at this place."""
    for other, array in found.items():
        if other.path in (place.path, ()) and other != place and is_gradient_at(other, place):
            return -array if is_added(owner, place, other) else array
    position = in_list(place.holder(owner), place.get(owner))
    lists = [
        value
        for name, value in vars(place.holder(owner)).items()
        if isinstance(value, list | tuple) and re.fullmatch(r"_?(grad\w*|d_?params)", name)
    ]
    return lists[0][position] if lists and position is not None and position < len(lists[0]) else None


def is_added(owner: Any, place: Place, other: Place) -> bool:
    """Whether the class adds a gradient to its weight, which it takes for minus the slope: W += η W_grad."""
    if place.key is not None or other.key is not None or other.path != place.path:
        return False
    weight, gradient = (rf"self\.{re.escape(one.attribute)}\b" for one in (place, other))
    kind: type = type(place.holder(owner))
    adds = rf"{weight} *(\+=|= *{weight} *\+)[^\n-]*{gradient}"
    return re.search(adds, source_of(kind)) is not None


def is_gradient_at(other: Place, place: Place) -> bool:
    """Whether a place is named as that of another one's gradient."""
    if place.key is None and place.attribute in VALUES and place.path:
        return other.path == place.path and other.attribute in ("grad", "gradient", "g", "diff")
    if isinstance(other.key, str) and is_gradient_key(other.key):
        return same(of_gradient(other.key), place.key if isinstance(place.key, str) else place.attribute)
    if other.key is None and place.key is None and is_called_gradient_of(other.attribute, place.attribute):
        return True
    if not NO_WEIGHT.fullmatch(other.attribute):
        return False
    if isinstance(other.key, int) and isinstance(place.key, int):
        return other.key == place.key and same(of_container(other.attribute), of_container(place.attribute))
    if other.key is None and place.key is not None and not isinstance(place.key, str):
        return same(of_gradient(other.attribute.lstrip("_")), label((place.attribute, place.key)))
    mine = place.key if isinstance(place.key, str) else place.attribute.lstrip("_")
    others = other.key if isinstance(other.key, str) else other.attribute.lstrip("_")
    return same(of_gradient(others), mine) or (isinstance(other.key, str) and others == mine)


def is_called_gradient_of(name: str, other: str) -> bool:
    """Whether one name is the other with a mark of gradients: d_norm1 of norm1."""
    plain, whole = other.strip("_").lower(), name.strip("_")
    return len(plain) > 1 and whole.lower() != plain == of_gradient(whole)


def of_container(name: str) -> str:
    """What a list is of: that of all weights has no name of its own.

    >>> of_container("grads"), of_container("nabla_b"), of_container("biases"), of_container("dW")
    ('w', 'b', 'b', 'w')
    """
    if re.fullmatch(r"_?(d_?)?(grads?|gradients?|params?|parameters)", name):
        return "w"
    plain = of_gradient(name.lstrip("_"))
    stripped = plain.removesuffix("s") if len(plain) < 3 else plain
    return next(
        (short for short, each in zip("wb", SAME, strict=True) if re.fullmatch(each, stripped)), plain
    )


def same(one: str, other: str) -> bool:
    """Whether two names mean the same weights.

    >>> same("weights", "W"), same("w1", "W1"), same("w1", "W2"), same("weights1", "w1")
    (True, True, False, True)
    """
    one, other = one.lower().replace("_", ""), other.lower().replace("_", "")
    if one == other or any(re.fullmatch(s, one) and re.fullmatch(s, other) for s in SAME):
        return True
    (a, m), (b, n) = numbered(one), numbered(other)
    return bool(m) and m == n and any(re.fullmatch(s, a) and re.fullmatch(s, b) for s in SAME)


def numbered(name: str) -> tuple[str, str]:
    """A name and the number at its end."""
    stem = name.rstrip("0123456789")
    return stem, name[len(stem) :]


def in_list(holder: Any, array: Any) -> int | None:
    """The position of an array among an object's list of parameters."""
    for name, value in vars(holder).items():
        if isinstance(value, list | tuple) and re.fullmatch(r"_?(params?|parameters)", name):
            return next((i for i, entry in enumerate(value) if entry is array), None)
    return None


def rate_of(owner: Any, *methods: Any) -> float:
    """The learning rate that methods multiply an update by: the object's, the module's, a number, or 1."""
    for _, holder in holders(owner):
        rates = (value for name, value in vars(holder).items() if RATE.fullmatch(name))
        rate = next((float(value) for value in rates if isinstance(value, int | float) and value), None)
        if rate is not None:
            return rate
    for method in methods:
        if (rate := own_rate(owner, method)) is not None:
            return rate
        source = source_of(method)
        for update in re.findall(r"self\.[\w\[\]'\"]+\s*(?:[-+]=|=\s*self\.\S+\s*[-+])\s*(.*)", source):
            if (number := re.match(r"\(?\s*(\d*\.?\d+(?:e-?\d+)?)\s*\*", update)) is not None:
                return float(number[1])
            for word in re.findall(r"[A-Za-z_]\w*", update):
                value = getattr(inspect.unwrap(method), "__globals__", {}).get(word)
                if RATE.fullmatch(word) and isinstance(value, int | float) and value:
                    return float(value)
    return 1.0


def is_number(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | float) and np.asarray(value).dtype.kind == "f"


def is_number_like(value: Any) -> bool:
    """Whether it may be a parameter: an array of numbers, or a number."""
    return isinstance(value, np.ndarray | np.generic | float | int) and np.asarray(value).dtype.kind in "fi"
