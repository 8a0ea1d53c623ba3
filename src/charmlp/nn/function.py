"""What all Functions of charmlp.nn share: batches by `torch.func.vmap`, forward mode, `torch.compile`.

Forward mode carries a tangent ẋ along with x: its derivative with respect to some number. `jvp`
(Jacobian-vector product) turns the inputs' tangents into the output's, ẏ = J ẋ, where backward multiplies by
the transpose, ∂L/∂x = Jᵀ ∂L/∂y.
"""

import types
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch._C._functorch import TransformType, get_interpreter_stack
from torch.autograd import forward_ad


def save(ctx: Any, *tensors: Tensor | None) -> None:
    """Keep tensors as `ctx.saved_tensors`: for backward, and in forward mode for jvp.

    Raises `NotImplementedError` for forward mode within forward mode: torch switches the outer one off where
    it calls jvp, and would return zeros (pytorch/pytorch#197867).
    """
    ctx.save_for_backward(*tensors)
    if forward_ad._current_level >= 0:
        ctx.save_for_forward(*tensors)
        if [level.key() for level in get_interpreter_stack() or ()].count(TransformType.Jvp) > 1:
            raise NotImplementedError(
                "charmlp.nn: torch loses derivatives of forward mode within forward mode; use "
                "jacfwd(jacrev(f)) or jacrev(jacfwd(f))"
            )


class HandDerivedFunction(torch.autograd.Function):
    """One operation: forward, backward and jvp, derived by hand and written side by side.

    `call` is `apply`. Only `torch.compile`, which refuses a Function with a jvp, gets a twin without it.
    """

    generate_vmap_rule = True
    call: ClassVar[Callable[..., Tensor]]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        body: dict[str, Any] = {"generate_vmap_rule": True}
        body |= {name: staticmethod(getattr(cls, name)) for name in ("forward", "setup_context", "backward")}
        twin: Any = types.new_class(cls.__name__, (torch.autograd.Function,), {}, lambda to: to.update(body))

        def call(*inputs: Any) -> Tensor:
            return (twin if torch.compiler.is_compiling() else cls).apply(*inputs)

        cls.call = staticmethod(call)


class ElementwiseFunction(HandDerivedFunction):
    """yᵢ = f(xᵢ) for each element, with constants, if any, after x.

    The Jacobian is diagonal, f′(xᵢ) at place i, and so its own transpose: the tangent ẏᵢ = f′(xᵢ) ẋᵢ is
    what backward makes of ẋ. (Of a complex f′ backward takes the conjugate.)
    """

    @classmethod
    def input_gradient(cls, ctx: Any, gradient: Tensor) -> Tensor:
        """∂L/∂x = ∂L/∂y · f′(x): what backward returns, without the None of each constant."""
        found = cls.backward(ctx, gradient)
        return found[0] if isinstance(found, tuple) else found

    @classmethod
    def jvp(cls, ctx: Any, tangent: Tensor, *constants: None) -> Tensor:
        return cls.input_gradient(ctx, tangent.conj()).conj()
