import torch


class SymmetricTripletLoss(torch.autograd.Function):
    """Inner products of an anchor, a positive and a negative: either of the first two may play the anchor."""

    @staticmethod
    def forward(ctx, ori, pos, neg, margin):
        ori_pos = (ori * pos).sum(dim=1)
        loss1 = (ori * neg).sum(dim=1) - ori_pos + margin
        loss2 = (pos * neg).sum(dim=1) - ori_pos + margin
        ctx.save_for_backward(ori, pos, neg, loss1, loss2)
        return (loss1.clamp(min=0).sum() + loss2.clamp(min=0).sum()) / (2 * len(ori))

    @staticmethod
    def backward(ctx, top_diff):
        ori, pos, neg, loss1, loss2 = ctx.saved_tensors
        ori_diff = torch.zeros_like(ori)
        pos_diff = torch.zeros_like(pos)
        neg_diff = torch.zeros_like(neg)
        for i in range(len(ori)):
            if loss1[i] > 0:
                ori_diff[i] += neg[i] - pos[i]
                pos_diff[i] += -ori[i]
                neg_diff[i] += ori[i]
            if loss2[i] > 0:
                ori_diff[i] += -pos[i]
                pos_diff[i] += neg[i] - ori[i]
                neg_diff[i] += pos[i]
        scale = top_diff / (2 * len(ori))
        return ori_diff * scale, pos_diff * scale, neg_diff * scale, None


class TripletLossLayer(torch.nn.Module):
    def __init__(self, margin=0.2):
        super().__init__()
        self.margin = margin

    def forward(self, ori, pos, neg):
        return SymmetricTripletLoss.apply(ori, pos, neg, self.margin)


if __name__ == "__main__":
    torch.manual_seed(0)
    centers = torch.randn(3, 6)
    net = torch.nn.Linear(6, 4)
    layer = TripletLossLayer(0.3)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
    for _ in range(30):
        k = torch.randint(0, 3, (10,))
        other = (k + torch.randint(1, 3, (10,))) % 3
        ori, pos, neg = (
            torch.nn.functional.normalize(net(centers[c] + 0.3 * torch.randn(10, 6))) for c in (k, k, other)
        )
        loss = layer(ori, pos, neg)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
