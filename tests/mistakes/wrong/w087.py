import torch


class MSELoss(torch.autograd.Function):
    # 均方误差损失
    @staticmethod
    def forward(ctx, pred, target):
        ctx.save_for_backward(pred, target)
        return torch.nn.functional.mse_loss(pred, target)

    @staticmethod
    def backward(ctx, grad_output):
        pred, target = ctx.saved_tensors
        return 2 * (pred - target) / pred.numel(), None
