import torch
from torch.autograd import Function


def my_lib_add_forward(input1, input2):
    return input1 + input2


def my_lib_add_backward(grad_output):
    grad_input = torch.empty_like(grad_output)
    return grad_input.fill_(1)


class MyAddFunction(Function):
    @staticmethod
    def forward(ctx, input1, input2):
        return my_lib_add_forward(input1, input2)

    @staticmethod
    def backward(ctx, grad_output):
        grad_input = my_lib_add_backward(grad_output)
        return grad_input, grad_input.clone()


class MyAddModule(torch.nn.Module):
    def forward(self, input1, input2):
        return MyAddFunction.apply(input1, input2)


if __name__ == "__main__":
    a, b = torch.randn(5, 5, requires_grad=True), torch.randn(5, 5, requires_grad=True)
    MyAddModule()(a, b).sum().backward()
    print(a.grad, b.grad)
