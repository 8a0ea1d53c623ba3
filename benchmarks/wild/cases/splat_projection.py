import torch


class ProjectGaussians(torch.autograd.Function):
    """Centres of 3D gaussians on the image; those nearer than clip_thresh aren't shown."""

    @staticmethod
    def forward(ctx, means3d, scales, viewmat, fx, fy, cx, cy, clip_thresh=0.01):
        p_view = means3d @ viewmat[:3, :3].T + viewmat[:3, 3]
        z = p_view[:, 2]
        shown = z > clip_thresh
        u = fx * p_view[:, 0] / z + cx
        v = fy * p_view[:, 1] / z + cy
        xys = torch.stack([u, v], dim=1) * shown[:, None]
        radii = scales.mean(dim=1) * fx / z * shown
        ctx.fx, ctx.fy = fx, fy
        ctx.save_for_backward(scales, viewmat, p_view, shown)
        return xys, radii

    @staticmethod
    def backward(ctx, v_xys, v_radii):
        scales, viewmat, p_view, shown = ctx.saved_tensors
        x, y, z = p_view.unbind(dim=1)
        v_xys = v_xys * shown[:, None]
        v_radii = v_radii * shown
        v_x = v_xys[:, 0] * ctx.fx / z
        v_y = v_xys[:, 1] * ctx.fy / z
        v_z = -(v_x * x + v_y * y) / z - v_radii * scales.mean(dim=1) * ctx.fx / z**2
        v_mean = torch.stack([v_x, v_y, v_z], dim=1) @ viewmat[:3, :3]
        v_scale = (v_radii * ctx.fx / z)[:, None].expand_as(scales) / 3
        return v_mean, v_scale, None, None, None, None, None


def project_gaussians(means3d, scales, viewmat, fx, fy, cx, cy, clip_thresh=0.01):
    return ProjectGaussians.apply(means3d, scales, viewmat, fx, fy, cx, cy, clip_thresh)


if __name__ == "__main__":
    torch.manual_seed(0)
    means = torch.randn(10, 3) + torch.tensor([0.0, 0.0, 5.0])
    view = torch.eye(4)
    xys, radii = project_gaussians(means, torch.rand(10, 3), view, 100.0, 100.0, 32.0, 32.0)
    print(xys, radii)
