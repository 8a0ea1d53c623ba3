import torch


class SigmoidFunction(torch.autograd.Function):
    # 由输入 x 计算导数
    @staticmethod
    def forward(x):
        return torch.sigmoid(x)

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return torch.sigmoid(x) * torch.sigmoid(-x) * g
