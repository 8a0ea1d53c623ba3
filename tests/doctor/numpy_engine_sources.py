"""Small engines as people write them, all of them right."""

from __future__ import annotations

MICROGRAD = '''
class Value:
    """ stores a single scalar value and its gradient """

    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0
        # internal variables used for autograd graph construction
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op # the op that produced this node, for graphviz / debugging / etc

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward

        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward

        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float)), "only supporting int/float powers for now"
        out = Value(self.data**other, (self,), f'**{other}')

        def _backward():
            self.grad += (other * self.data**(other-1)) * out.grad
        out._backward = _backward

        return out

    def relu(self):
        out = Value(0 if self.data < 0 else self.data, (self,), 'ReLU')

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward

        return out

    def tanh(self):
        x = self.data
        t = (math.exp(2*x) - 1)/(math.exp(2*x) + 1)
        out = Value(t, (self, ), 'tanh')

        def _backward():
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward

        return out

    def exp(self):
        x = self.data
        out = Value(math.exp(x), (self, ), 'exp')

        def _backward():
            self.grad += out.data * out.grad
        out._backward = _backward

        return out

    def backward(self):

        # topological order all of the children in the graph
        topo = []
        visited = set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)

        # go one variable at a time and apply the chain rule to get its gradient
        self.grad = 1
        for v in reversed(topo):
            v._backward()

    def __neg__(self): # -self
        return self * -1

    def __radd__(self, other): # other + self
        return self + other

    def __sub__(self, other): # self - other
        return self + (-other)

    def __rsub__(self, other): # other - self
        return other + (-self)

    def __rmul__(self, other): # other * self
        return self * other

    def __truediv__(self, other): # self / other
        return self * other**-1

    def __rtruediv__(self, other): # other / self
        return other * self**-1

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"
'''

TENSOR = """
class Tensor:
    def __init__(self, data, requires_grad=False, parents=()):
        self.data = np.asarray(data, dtype=np.float64)
        self.requires_grad = requires_grad
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self._backward = None

    def __add__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data, True, (self, other))

        def _backward(grad):
            self.grad = self.grad + unbroadcast(grad, self.data.shape)
            other.grad = other.grad + unbroadcast(grad, other.data.shape)

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data, True, (self, other))

        def _backward(grad):
            self.grad = self.grad + unbroadcast(grad * other.data, self.data.shape)
            other.grad = other.grad + unbroadcast(grad * self.data, other.data.shape)

        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, True, (self, other))

        def _backward(grad):
            self.grad = self.grad + grad @ other.data.T
            other.grad = other.grad + self.data.T @ grad

        out._backward = _backward
        return out

    def sum(self):
        out = Tensor(self.data.sum(), True, (self,))

        def _backward(grad):
            self.grad = self.grad + grad * np.ones_like(self.data)

        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, 0), True, (self,))

        def _backward(grad):
            self.grad = self.grad + grad * (self.data > 0)

        out._backward = _backward
        return out

    def zero_grad(self):
        self.grad = np.zeros_like(self.data)

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) in seen:
                return
            seen.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

        visit(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            if node._backward is not None:
                node._backward(node.grad)


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad
"""

OPS_BY_NAME = """
class Var:
    def __init__(self, value, op=None, children=()):
        self.value = value
        self.grad = 0.0
        self.op = op
        self.children = children

    def __add__(self, other):
        return Var(self.value + other.value, "add", (self, other))

    def __sub__(self, other):
        return Var(self.value - other.value, "sub", (self, other))

    def __mul__(self, other):
        return Var(self.value * other.value, "mul", (self, other))

    def sin(self):
        return Var(math.sin(self.value), "sin", (self,))

    def backward(self):
        order = []

        def visit(v):
            if v not in order:
                for c in v.children:
                    visit(c)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            if v.op == "add":
                v.children[0].grad += v.grad
                v.children[1].grad += v.grad
            elif v.op == "sub":
                v.children[0].grad += v.grad
                v.children[1].grad -= v.grad
            elif v.op == "mul":
                a, b = v.children
                a.grad += v.grad * b.value
                b.grad += v.grad * a.value
            elif v.op == "sin":
                v.children[0].grad += v.grad * math.cos(v.children[0].value)
"""

GIVEN_GRADIENT = """
class Tensor(object):
    def __init__(self, data, autograd=False, creators=None, creation_op=None):
        self.data = np.array(data)
        self.autograd = autograd
        self.grad = None
        self.creators = creators
        self.creation_op = creation_op

    def backward(self, grad=None):
        if self.autograd:
            if grad is None:
                grad = Tensor(np.ones_like(self.data))
            self.grad = grad if self.grad is None else Tensor(self.grad.data + grad.data)
            if self.creators is not None:
                if self.creation_op == "add":
                    self.creators[0].backward(grad)
                    self.creators[1].backward(grad)
                if self.creation_op == "mul":
                    self.creators[0].backward(Tensor(grad.data * self.creators[1].data))
                    self.creators[1].backward(Tensor(grad.data * self.creators[0].data))
                if self.creation_op == "neg":
                    self.creators[0].backward(Tensor(-grad.data))

    def __add__(self, other):
        return Tensor(self.data + other.data, autograd=True, creators=[self, other], creation_op="add")

    def __mul__(self, other):
        return Tensor(self.data * other.data, autograd=True, creators=[self, other], creation_op="mul")

    def __neg__(self):
        return Tensor(self.data * -1, autograd=True, creators=[self], creation_op="neg")

    def __repr__(self):
        return str(self.data.__repr__())
"""

DEZERO = """
class Variable:
    def __init__(self, data):
        if data is not None and not isinstance(data, np.ndarray):
            raise TypeError(f'{type(data)} is not supported')
        self.data = data
        self.grad = None
        self.creator = None
        self.generation = 0

    def set_creator(self, func):
        self.creator = func
        self.generation = func.generation + 1

    def cleargrad(self):
        self.grad = None

    def backward(self):
        if self.grad is None:
            self.grad = np.ones_like(self.data)
        funcs = []
        seen_set = set()

        def add_func(f):
            if f not in seen_set:
                funcs.append(f)
                seen_set.add(f)
                funcs.sort(key=lambda x: x.generation)

        add_func(self.creator)
        while funcs:
            f = funcs.pop()
            gys = [output.grad for output in f.outputs]
            gxs = f.backward(*gys)
            if not isinstance(gxs, tuple):
                gxs = (gxs,)
            for x, gx in zip(f.inputs, gxs):
                x.grad = gx if x.grad is None else x.grad + gx
                if x.creator is not None:
                    add_func(x.creator)


def as_array(x):
    return np.array(x) if np.isscalar(x) else x


class Function:
    def __call__(self, *inputs):
        inputs = [x if isinstance(x, Variable) else Variable(as_array(x)) for x in inputs]
        xs = [x.data for x in inputs]
        ys = self.forward(*xs)
        if not isinstance(ys, tuple):
            ys = (ys,)
        outputs = [Variable(as_array(y)) for y in ys]
        self.generation = max([x.generation for x in inputs])
        for output in outputs:
            output.set_creator(self)
        self.inputs = inputs
        self.outputs = outputs
        return outputs if len(outputs) > 1 else outputs[0]

    def forward(self, xs):
        raise NotImplementedError()

    def backward(self, gys):
        raise NotImplementedError()


class Add(Function):
    def forward(self, x0, x1):
        return x0 + x1

    def backward(self, gy):
        return gy, gy


class Mul(Function):
    def forward(self, x0, x1):
        return x0 * x1

    def backward(self, gy):
        x0, x1 = self.inputs[0].data, self.inputs[1].data
        return gy * x1, gy * x0


class Square(Function):
    def forward(self, x):
        return x ** 2

    def backward(self, gy):
        x = self.inputs[0].data
        return 2 * x * gy


def add(x0, x1):
    return Add()(x0, as_array(x1))


def mul(x0, x1):
    return Mul()(x0, as_array(x1))


def square(x):
    return Square()(x)


Variable.__add__ = add
Variable.__mul__ = mul
"""

# Source, and the inputs of each operation that is found; an engine of arrays takes arrays.
SOURCES: dict[str, tuple[str, dict[str, str]]] = {
    "micrograd": (
        MICROGRAD,
        dict.fromkeys(
            ("__add__", "__mul__", "__sub__", "__truediv__"),
            "|",
        )
        | dict.fromkeys(
            ("__pow__", "relu", "tanh", "exp", "__neg__", "__radd__", "__rsub__", "__rmul__", "__rtruediv__", "backward"),
            "",
        ),
    ),
    "tensors": (
        TENSOR,
        {"__add__": "5x7|5x7", "__mul__": "5x7|7", "__matmul__": "5x7|7x3", "sum": "5x7", "relu": "5x7", "backward": "5x7"},
    ),
    "operations by name": (OPS_BY_NAME, {"__add__": "|", "__sub__": "|", "__mul__": "|", "sin": "", "backward": ""}),
    "gradient given": (GIVEN_GRADIENT, {"__add__": "5x7|5x7", "__mul__": "5x7|5x7", "__neg__": "5x7", "backward": "5x7"}),
    "functions as classes": (DEZERO, {"__add__": "5x7|5x7", "__mul__": "5x7|5x7", "square": "5x7", "backward": "5x7"}),
}  # fmt: skip

WRONG = {  # what is wrong, and where: in the operation itself, or only where a value is used twice
    "overwrites": (MICROGRAD, "self.grad += out.grad", "self.grad = out.grad", "__add__", "twice"),
    "overwrites, one input": (MICROGRAD, "self.grad += (1 - t**2)", "self.grad = (1 - t**2)", "tanh", "twice"),
    "ignores upstream": (MICROGRAD, "self.grad += out.data * out.grad", "self.grad += out.data", "exp", "once"),
    "own value": (MICROGRAD, "self.grad += other.data * out.grad", "self.grad += self.data * out.grad", "__mul__", "once"),
    "no order": (MICROGRAD, "for v in reversed(topo):", "for v in topo[::-1][:1] + topo[:-1]:", "backward", "any"),
    "visited again": (MICROGRAD, "if v not in visited:", "if True:", "backward", "twice"),
    "sign": (OPS_BY_NAME, "v.children[1].grad -= v.grad", "v.children[1].grad += v.grad", "__sub__", "once"),
    "no upstream by name": (
        OPS_BY_NAME, "v.children[0].grad += v.grad * math.cos", "v.children[0].grad += math.cos", "sin", "once",
    ),
    "array that is overwritten": (
        TENSOR, "self.grad = self.grad + grad * (self.data > 0)", "self.grad = grad * (self.data > 0)", "relu", "twice",
    ),
    "no minus": (GIVEN_GRADIENT, "Tensor(-grad.data)", "Tensor(grad.data)", "__neg__", "once"),
}  # fmt: skip
