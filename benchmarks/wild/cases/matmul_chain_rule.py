import numpy as np


def matmul_forward(a, b):
    """C = A @ B"""
    return a @ b, (a, b)


def matmul_backward(grad_output, cache):
    """Gradients of A and of B by the chain rule."""
    a, b = cache
    grad_a = grad_output @ b
    grad_b = a.T @ grad_output
    return grad_a, grad_b
