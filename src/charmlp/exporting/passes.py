"""In which order the installed Pillow resizes, by which the grey levels that a model sees differ by one."""

from PIL import __version__ as pillow

COLUMNS_MAY_COME_FIRST = int(pillow.partition(".")[0]) >= 13
