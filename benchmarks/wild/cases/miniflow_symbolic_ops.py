"""Operations of a graph; grad is the partial derivative by the variable of a name."""


class VariableOp:
    def __init__(self, name, value):
        self.name = name
        self.value = value

    def forward(self):
        return self.value

    def grad(self, partial_derivative_opname):
        return 1 if self.name == partial_derivative_opname else 0


class ConstantOp:
    def __init__(self, value):
        self.value = value

    def forward(self):
        return self.value

    def grad(self, partial_derivative_opname):
        return 0


class AddOp:
    def __init__(self, op1, op2):
        self._op1, self._op2 = op1, op2

    def forward(self):
        return self._op1.forward() + self._op2.forward()

    def grad(self, partial_derivative_opname):
        return self._op1.grad(partial_derivative_opname) + self._op2.grad(partial_derivative_opname)


class MultipleOp:
    def __init__(self, op1, op2):
        self._op1, self._op2 = op1, op2

    def forward(self):
        return self._op1.forward() * self._op2.forward()

    def grad(self, partial_derivative_opname):
        first = self._op1.grad(partial_derivative_opname) * self._op2.forward()
        return first + self._op1.forward() * self._op2.grad(partial_derivative_opname)


class DivideOp:
    def __init__(self, op1, op2):
        self._op1, self._op2 = op1, op2

    def forward(self):
        return self._op1.forward() / self._op2.forward()

    def grad(self, partial_derivative_opname):
        denominator = self._op2.grad(partial_derivative_opname)
        if denominator == 0:
            return self._op1.grad(partial_derivative_opname)
        return self._op1.grad(partial_derivative_opname) / denominator
