import numpy as np

GELU_SCALING_FACTOR = np.sqrt(2.0 / np.pi)


def gelu_forward(inp):
    cube = 0.044715 * inp * inp * inp
    return 0.5 * inp * (1.0 + np.tanh(GELU_SCALING_FACTOR * (inp + cube)))


def gelu_backward(dout, inp):
    cube = 0.044715 * inp * inp * inp
    tanh_out = np.tanh(GELU_SCALING_FACTOR * (inp + cube))
    sech_out = 1.0 - tanh_out * tanh_out
    local_grad = 0.5 * (1.0 + tanh_out) + inp * 0.5 * sech_out * GELU_SCALING_FACTOR * (
        1.0 + 3.0 * 0.044715 * inp * inp
    )
    return local_grad * dout
