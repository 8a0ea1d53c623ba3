import numpy as np


class SDVariable:
    def __init__(self, sd, name, arr=None, op=None, args=()):
        self.sd, self.name, self.arr, self.op, self.args = sd, name, arr, op, args

    def mul(self, other):
        return self.sd.op(Mul(), self, other)

    def sum(self, *dims):
        return self.sd.op(Sum(dims), self)

    def mean(self, *dims):
        return self.sd.op(Mean(dims), self)

    def eval(self):
        if self.op is not None:
            self.arr = self.op.exec(*[a.eval() for a in self.args])
        return self.arr


class Mul:
    def exec(self, x, y):
        return x * y

    def do_diff(self, args, grad):
        x, y = args
        return [grad * y.arr, grad * x.arr]


class Reduction:
    def __init__(self, dims):
        self.dims = tuple(dims)

    def broadcast(self, grad, shape):
        dims = self.dims or tuple(range(len(shape)))
        for d in sorted(d % len(shape) for d in dims):
            grad = np.expand_dims(grad, d)
        return np.broadcast_to(grad, shape)


class Sum(Reduction):
    def exec(self, x):
        return x.sum(axis=self.dims or None)

    def do_diff(self, args, grad):
        return [self.broadcast(grad, args[0].arr.shape)]


class Mean(Reduction):
    def exec(self, x):
        return x.mean(axis=self.dims or None)

    def do_diff(self, args, grad):
        x = args[0].arr
        return [self.broadcast(grad, x.shape) / x.size]


class SameDiff:
    def __init__(self):
        self.variables, self.grads = [], {}

    def var(self, name, arr):
        v = SDVariable(self, name, np.asarray(arr, dtype=float))
        self.variables.append(v)
        return v

    def one(self, name, *shape):
        return self.var(name, np.ones(shape))

    def op(self, op, *args):
        v = SDVariable(self, f"{type(op).__name__.lower()}_{len(self.variables)}", op=op, args=args)
        self.variables.append(v)
        return v

    def exec_backwards(self, out_grad=None):
        out = self.variables[-1]
        value = out.eval()
        self.grads = {v.name: 0.0 for v in self.variables}
        self.grads[out.name] = np.ones_like(value) if out_grad is None else out_grad
        for v in reversed(self.variables):
            if v.op is None:
                continue
            for arg, grad in zip(v.args, v.op.do_diff(v.args, self.grads[v.name])):
                self.grads[arg.name] = self.grads[arg.name] + grad

    def grad(self, name):
        return self.grads[name]


if __name__ == "__main__":
    for dims in (1,), (0, 1):
        sd = SameDiff()
        a = sd.var("a", np.linspace(1, 15, 15).reshape(3, 5))
        b = sd.one("b", 3, 5)
        out = a.mul(b).mean(*dims)
        sd.exec_backwards()
        print(sd.grad("a"))
