"""Letters drawn from fonts, as training data that needs no photograph.

render         a LetterSet of so many letters
open_rendered  the data source `synth:`, with font families of its own for validation and test
"""

from charmlp.rendering.renderer import render
from charmlp.rendering.source import RenderedSource, open_rendered

__all__ = ["RenderedSource", "open_rendered", "render"]
