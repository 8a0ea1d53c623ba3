import torch
import torch.nn.functional as F


class Conv2DDerivatives:
    """Products with the Jacobians of a Conv2d module, by its input, weight and bias."""

    def jac_t_mat_prod(self, module, x, g_out):
        out = F.conv_transpose2d(
            g_out, module.weight, stride=module.stride, padding=module.padding, dilation=module.dilation
        )
        full = torch.zeros_like(x)
        h, w = out.shape[2:]
        full[:, :, x.shape[2] - h :, x.shape[3] - w :] = out
        return full

    def weight_jac_t_mat_prod(self, module, x, g_out):
        N, C = x.shape[:2]
        kh, kw = module.kernel_size
        patches = F.unfold(
            x, module.kernel_size, stride=module.stride, padding=module.padding, dilation=module.dilation
        )
        return torch.einsum("nol,nkl->ok", g_out.flatten(2), patches).reshape(-1, C, kh, kw)

    def bias_jac_t_mat_prod(self, module, x, g_out):
        return g_out.sum(dim=(0, 2, 3))


class Extension:
    """Goes through a sequence of modules by itself."""

    def __init__(self, *modules):
        self.modules = modules
        self.derivatives = Conv2DDerivatives()

    def forward(self, x):
        self.inputs = []
        for m in self.modules:
            self.inputs.append(x)
            x = m(x) if isinstance(m, torch.nn.Conv2d) else torch.tanh(x)
        return x

    def backward(self, g):
        grads = {}
        for m, x in zip(reversed(self.modules), reversed(self.inputs)):
            if isinstance(m, torch.nn.Conv2d):
                grads[m] = (
                    self.derivatives.weight_jac_t_mat_prod(m, x, g),
                    self.derivatives.bias_jac_t_mat_prod(m, x, g),
                )
                g = self.derivatives.jac_t_mat_prod(m, x, g)
            else:
                g = g * (1 - torch.tanh(x) ** 2)
        return g, grads


if __name__ == "__main__":
    torch.manual_seed(0)
    with torch.no_grad():
        conv1 = torch.nn.Conv2d(1, 2, 3, stride=2)
        conv2 = torch.nn.Conv2d(2, 1, 2)
        net = Extension(conv1, torch.tanh, conv2)
        x = torch.randn(2, 1, 8, 8)
        for step in range(10):
            y = net.forward(x)
            g, grads = net.backward(2 * (y - 1) / y.numel())
            for m, (gw, gb) in grads.items():
                m.weight -= 0.1 * gw
                m.bias -= 0.1 * gb
        print((y - 1).pow(2).mean().item())
