import math

import torch

M_LN2 = math.log(2)


def ldexp(input, other):
    return input * 2**other


def ldexp_bw(grad, input, other):
    # self: 2^other
    # other: self * ln(2) * (2^other)
    grad_tensor = []
    tpow_o = torch.pow(2.0, other)
    grad_tensor.append(tpow_o)
    result = input * (tpow_o * M_LN2)
    grad_tensor.append(result)
    return grad_tensor


def xlogy(input, other):
    return input * torch.log(other)


def xlogy_bw(grad, input, other):
    grad_tensor = []
    grad_tensor.append(grad * torch.log(other))
    grad_tensor.append(grad * (input / other))
    return grad_tensor


def hypot(input, other):
    return torch.sqrt(input * input + other * other)


def hypot_bw(grad, input, other):
    grad_tensor = []
    result = 1 / torch.sqrt(input * input + other * other)
    grad_tensor.append(grad * (input * result))
    grad_tensor.append(grad * (other * result))
    return grad_tensor


def logaddexp(input, other):
    top = torch.maximum(input, other)
    return top + torch.log(torch.exp(input - top) + torch.exp(other - top))


def logaddexp_bw(grad, input, other):
    grad_tensor = []
    grad_tensor.append(grad / (1 + torch.exp(other - input)))
    grad_tensor.append(grad / (1 + torch.exp(input - other)))
    return grad_tensor


if __name__ == "__main__":
    torch.manual_seed(0)
    a, b = torch.rand(2, 3) + 0.5, torch.rand(2, 3) + 0.5
    grad = torch.ones(2, 3)
    for forward, backward in (
        (ldexp, ldexp_bw),
        (xlogy, xlogy_bw),
        (hypot, hypot_bw),
        (logaddexp, logaddexp_bw),
    ):
        print(forward.__name__, forward(a, b).sum().item(), [g.sum().item() for g in backward(grad, a, b)])
