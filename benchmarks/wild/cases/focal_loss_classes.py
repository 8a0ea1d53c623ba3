import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=0, alpha=None, size_average=True):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha
        if isinstance(alpha, (float, int)):
            self.alpha = torch.tensor([alpha, 1 - alpha])
        if isinstance(alpha, list):
            self.alpha = torch.tensor(alpha)
        self.size_average = size_average

    def forward(self, input, target):
        if input.dim() > 2:
            input = input.view(input.size(0), input.size(1), -1)  # N,C,H,W => N,C,H*W
            input = input.transpose(1, 2)  # N,C,H*W => N,H*W,C
            input = input.contiguous().view(-1, input.size(2))  # N,H*W,C => N*H*W,C
        target = target.view(-1, 1)

        logpt = F.log_softmax(input, dim=1)
        logpt = logpt.gather(1, target)
        logpt = logpt.view(-1)
        pt = logpt.data.exp()

        if self.alpha is not None:
            at = self.alpha.to(input.dtype).gather(0, target.view(-1))
            logpt = logpt * at

        loss = -1 * (1 - pt) ** self.gamma * logpt
        if self.size_average:
            return loss.mean()
        else:
            return loss.sum()


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.rand(12, 5, 2, 2)
    x = x * 3
    target = torch.randint(0, 5, (12, 2, 2))
    print((FocalLoss(gamma=0)(x, target) - nn.CrossEntropyLoss()(x, target)).abs().item())

    x = torch.randn(60, 4)
    labels = (x[:, 0] > 1).long()
    net = nn.Linear(4, 2)
    criterion = FocalLoss(gamma=2, alpha=0.25)
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)
    for epoch in range(30):
        optimizer.zero_grad()
        loss = criterion(net(x), labels)
        loss.backward()
        optimizer.step()
    print(loss.item())
