import torch


def focal_loss_sigmoid(labels, logits, alpha=0.25, gamma=2):
    """
    Focal loss with a sigmoid, for binary labels.

        FL(p_t) = -alpha_t (1 - p_t)^gamma log(p_t)

    labels: [batch_size], 0 or 1
    logits: [batch_size]
    """
    y_pred = torch.sigmoid(logits)
    labels = labels.to(logits.dtype)
    L = -labels * (1 - alpha) * ((1 - y_pred) * gamma) * torch.log(y_pred) - (1 - labels) * alpha * (
        y_pred**gamma
    ) * torch.log(1 - y_pred)
    return L


def focal_loss_softmax(labels, logits, gamma=2):
    """
    labels: [batch_size], class indices
    logits: [batch_size, num_classes]
    """
    y_pred = torch.softmax(logits, dim=-1)
    labels = torch.nn.functional.one_hot(labels, y_pred.shape[1])
    L = -labels * ((1 - y_pred) ** gamma) * torch.log(y_pred)
    return L.sum(dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    logits = torch.tensor([-5.0, -5.0, -5.0, -5.0, -6.0], requires_grad=True)
    labels = torch.tensor([0, 0, 0, 1, 0])
    for _ in range(20):
        loss = focal_loss_sigmoid(labels, logits).sum()
        (grad,) = torch.autograd.grad(loss, logits)
        with torch.no_grad():
            logits -= grad
    print(loss.item(), focal_loss_softmax(torch.tensor([1, 2]), torch.randn(2, 3)))
