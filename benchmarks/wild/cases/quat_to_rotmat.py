import torch


class QuatToRotmat(torch.autograd.Function):
    """Rotation matrices of quaternions (w, x, y, z), which need not be of length one."""

    @staticmethod
    def forward(ctx, quats):
        quats = quats / quats.norm(dim=-1, keepdim=True)
        ctx.save_for_backward(quats)
        w, x, y, z = quats.unbind(-1)
        rows = [
            torch.stack([1 - 2 * (y**2 + z**2), 2 * (x * y - w * z), 2 * (x * z + w * y)], -1),
            torch.stack([2 * (x * y + w * z), 1 - 2 * (x**2 + z**2), 2 * (y * z - w * x)], -1),
            torch.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x**2 + y**2)], -1),
        ]
        return torch.stack(rows, -2)

    @staticmethod
    def backward(ctx, v):
        (quats,) = ctx.saved_tensors
        w, x, y, z = quats.unbind(-1)
        v00, v01, v02 = v[..., 0, 0], v[..., 0, 1], v[..., 0, 2]
        v10, v11, v12 = v[..., 1, 0], v[..., 1, 1], v[..., 1, 2]
        v20, v21, v22 = v[..., 2, 0], v[..., 2, 1], v[..., 2, 2]
        v_w = 2 * (x * (v21 - v12) + y * (v02 - v20) + z * (v10 - v01))
        v_x = 2 * (-2 * x * (v11 + v22) + y * (v01 + v10) + z * (v02 + v20) + w * (v21 - v12))
        v_y = 2 * (x * (v01 + v10) - 2 * y * (v00 + v22) + z * (v12 + v21) + w * (v02 - v20))
        v_z = 2 * (x * (v02 + v20) + y * (v12 + v21) - 2 * z * (v00 + v11) + w * (v10 - v01))
        return torch.stack([v_w, v_x, v_y, v_z], -1)
