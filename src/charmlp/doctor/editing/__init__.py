"""A mistake found by undoing it: changes of one place of the code, until its gradients are right.

What no formula of a kind explains may still be one slip: a factor left out, another variable, a transpose.
Each slip is undone in turn, in the compiled code, never in the file; what makes the gradients right, at two
sizes and for several upstream gradients, is the mistake.
"""
