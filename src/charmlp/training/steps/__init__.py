"""What a step is: the part of training that changes the weights. There are three, proven equal in tests.

*compiled*  (`compiled.py`)  small nets: many updates in one function compiled by Numba
*analytic*  (`analytic.py`)  the hand-derived gradients as straight-line NumPy, without autograd;
                             with `--device cuda` on torch (`analytic_torch.py`), one captured graph an update
*autograd*  (`autograd.py`)  the modules of `charmlp.nn`, `loss.backward()` and `torch.optim`: the one to read

Whatever is random (order, masks) is drawn outside, by the same functions, so that all do the same.
A state that one of them gives, each of them takes. What all offer is in `step.py`, which one trains in
`choice.py`.
"""
