"""The same letter, however it is stored, is the same array of grey values."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.config import View
from charmlp.errors import ImageError
from charmlp.images import read_grey
from tests.images.making import SIZE, chunk, exif, header, letter, lossless, lossy, png, saved, turned_back

WHOLE = (SIZE[1], SIZE[0])  # height, width: no resizing
LETTER = np.asarray(letter())
LOSSLESS, LOSSY = lossless(), lossy()


@pytest.mark.parametrize("kind", LOSSLESS)
def test_every_lossless_file_holds_the_same_grey_values(kind: str) -> None:
    grey = read_grey(LOSSLESS[kind], WHOLE)
    assert grey.dtype == np.uint8 and grey.shape == WHOLE
    assert np.abs(grey.astype(int) - LETTER).max() <= (1 if "ink" in kind or "alpha" in kind else 0)


@pytest.mark.parametrize("kind", LOSSY)
def test_every_lossy_file_holds_nearly_the_same(kind: str) -> None:
    difference = np.abs(read_grey(LOSSY[kind], WHOLE).astype(int) - LETTER)
    assert difference.mean() < 3 and difference.max() < 40


def test_one_bit() -> None:
    for kind, options in (("PNG", {}), ("TIFF", {"compression": "group4"}), ("PPM", {}), ("BMP", {})):
        grey = read_grey(
            saved(letter().point(lambda level: level // 128 * 255).convert("1"), kind, **options), WHOLE
        )
        assert np.array_equal(grey, np.where(LETTER < 128, 0, 255)), kind


class TestAsPillowDoesIt:
    """Bit for bit `convert("L")` and `resize(BILINEAR)`, on which trained models rely."""

    @pytest.mark.parametrize("size", [(32, 32), (20, 28), (64, 9), (1, 1)])
    @pytest.mark.parametrize("mode", ["L", "RGB", "P", "1", "CMYK"])
    def test_made_up(self, mode: str, size: tuple[int, int]) -> None:
        noise = np.random.default_rng(3).integers(0, 256, (57, 91, 3), np.uint8)
        picture = Image.fromarray(noise).convert(mode)
        expected = picture.convert("RGB").convert("L") if mode == "CMYK" else picture.convert("L")
        expected = expected.resize((size[1], size[0]), Image.Resampling.BILINEAR)
        assert np.array_equal(read_grey(saved(picture, "TIFF"), size), np.asarray(expected))
        assert np.array_equal(read_grey(picture, size), np.asarray(expected))

    def test_photographs(self, scene_letters: Path) -> None:
        for path in sorted((scene_letters / "images").glob("*.jpg"))[:40]:
            with Image.open(path) as picture:
                expected = np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.BILINEAR))
            assert np.array_equal(read_grey(path, (32, 32)), expected), path.name

    def test_pictures_of_more_than_one_strip(self) -> None:
        alpha = Image.fromarray(np.random.default_rng(3).integers(0, 256, (1500, 900, 4), np.uint8))
        white = Image.new("RGBA", alpha.size, "white")
        expected = (
            Image.alpha_composite(white, alpha).convert("L").resize((32, 32), Image.Resampling.BILINEAR)
        )
        assert np.array_equal(read_grey(alpha, (32, 32), View(ground="white")), np.asarray(expected))


class TestOrientation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
    def test_a_turned_camera(self, kind: str, orientation: int) -> None:
        stored = turned_back(letter().convert("RGB"), orientation)
        options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(kind, {})
        grey = read_grey(saved(stored, kind, exif=exif(orientation), **options), WHOLE)
        assert np.abs(grey.astype(int) - LETTER).mean() < 2

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_notes_in_other_places(self, orientation: int) -> None:
        stored = turned_back(letter(), orientation)
        notes = exif(orientation).tobytes()
        text = f"Raw profile type exif\0\nexif\n{len(notes):8}\n{notes.hex()}\n".encode()

        tiff_header = notes.removeprefix(b"Exif\0\0")
        for data in (
            png(np.asarray(stored), more=[chunk(b"tEXt", text)]),
            png(np.asarray(stored), after=[chunk(b"eXIf", tiff_header)]),
        ):
            assert np.array_equal(read_grey(data, WHOLE), LETTER)

    def test_big_endian_notes(self) -> None:

        notes = b"MM\0*" + struct.pack(">IHHHIHxx", 8, 1, 0x0112, 3, 1, 3) + bytes(4)
        upside_down = np.asarray(turned_back(letter(), 3))
        assert np.array_equal(read_grey(png(upside_down, more=[chunk(b"eXIf", notes)]), WHOLE), LETTER)

    @pytest.mark.parametrize(
        "notes",
        [b"", b"II", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", bytes(40),
         b"II*\0" + struct.pack("<IHHHIHxx", 8, 1, 0x0112, 3, 1, 9),
         b"II*\0" + struct.pack("<IHHHIHxx", 8, 1, 0x0112, 3, 1, 0)],
    )  # fmt: skip
    def test_senseless_notes_turn_nothing(self, notes: bytes) -> None:

        assert np.array_equal(read_grey(png(LETTER, more=[chunk(b"eXIf", notes)]), WHOLE), LETTER)


class TestTransparency:
    """What is transparent shows white or black, whichever differs more from what is visible."""

    @pytest.mark.parametrize("ink", [0, 100, 127, 128, 200, 255])
    @pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGBa", "La"])
    def test_ink_is_seen_whatever_its_tone(self, mode: str, ink: int) -> None:
        picture = Image.merge("LA", (Image.new("L", (4, 4), ink), Image.new("L", (4, 4), 0)))
        picture.paste((ink, 255), (0, 0, 2, 4))
        if mode == "PA":
            palette = Image.new("P", (4, 4), ink)
            palette.putpalette([level for level in range(256) for _ in range(3)])
            alpha, picture = picture.getchannel("A"), palette.convert("PA")
            picture.putalpha(alpha)
        elif mode != "LA":
            picture = picture.convert("RGBA").convert(mode) if mode == "RGBa" else picture.convert(mode)
        assert picture.mode == mode
        ground = 255 if ink < 128 else 0
        assert read_grey(picture, (4, 4)).tolist() == [[ink, ink, ground, ground]] * 4
        assert read_grey(picture, (4, 4), View(ground="white"))[0, 2] == 255  # as older models have learned

    @pytest.mark.parametrize("kind", ["png 16 bits", "png grey", "png colour"])
    def test_a_level_or_a_colour_that_is_transparent(self, kind: str) -> None:
        pixels = np.array([[0, 0, 200, 255]], np.uint8)
        data = {
            "png 16 bits": png(pixels.astype(np.uint16) * 257, transparent=bytes(2)),
            "png grey": png(pixels, transparent=bytes(2)),
            "png colour": png(np.stack([pixels] * 3, 2), transparent=bytes(6)),
        }[kind]
        assert read_grey(data, (1, 4)).tolist() == [[0, 0, 200, 255]]
        assert read_grey(data, (1, 4), View(ground="white")).tolist() == [[255, 255, 200, 255]]

    def test_what_is_nearly_transparent_weighs_little(self) -> None:
        """Black ink that was drawn on light pixels of no strength."""
        picture = np.full((8, 8, 4), (255, 255, 255, 3), np.uint8)
        picture[2:6, 4] = (0, 0, 0, 255)
        assert read_grey(Image.fromarray(picture), (8, 8))[0, 0] == 255

    @pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
    def test_a_grey_level_of_any_depth(self, bits: int) -> None:

        row = b"\0" + bytes(2 * bits)  # 16 pixels of level 0
        data = (
            header(16, 1, bits)
            + chunk(b"tRNS", struct.pack(">H", 0))
            + chunk(b"IDAT", zlib.compress(row))
            + chunk(b"IEND", b"")
        )
        assert read_grey(data, (1, 16)).tolist() == [[255] * 16]

    def test_the_brightest_of_four_levels_only(self) -> None:

        data = (
            header(4, 1, 2)
            + chunk(b"tRNS", struct.pack(">H", 1))
            + chunk(b"IDAT", zlib.compress(b"\0\x1b"))  # levels 0 1 2 3
            + chunk(b"IEND", b"")
        )
        assert read_grey(data, (1, 4), View(ground="white")).tolist() == [[0, 255, 170, 255]]

    @pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "RGBa", "La"])
    def test_pillow_images(self, mode: str) -> None:
        clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
        picture = {
            "RGBA": clear,
            "LA": clear.convert("LA"),
            "PA": clear.convert("P").convert("PA"),
            "RGBa": clear.convert("RGBa"),
            "La": clear.convert("LA").convert("La"),
        }[mode]
        if mode == "PA":
            picture.putalpha(0)
        assert picture.mode == mode and (read_grey(picture, (2, 2)) == 255).all()


class TestRefused:
    @pytest.mark.parametrize("kind", ["TIFF", "PPM"])
    def test_floating_point(self, kind: str) -> None:
        data = saved(Image.new("F", (4, 4), 0.5), kind)
        with pytest.raises(
            ImageError, match=r"^image: its pixels are floating-point numbers.* save it as PNG$"
        ):
            read_grey(data, (4, 4))

    def test_32_bits(self) -> None:
        with pytest.raises(ImageError, match="32 bits"):
            read_grey(saved(Image.new("I", (4, 4), 5), "TIFF"), (4, 4))
        with pytest.raises(ImageError, match="32 bits"):
            read_grey(Image.new("I", (4, 4), 70_000), (4, 4))
        assert (read_grey(Image.new("I", (4, 4), 0x7FFF), (4, 4)) == 0x7F).all()

    def test_no_pixels(self) -> None:
        with pytest.raises(ImageError, match=r"^image: 0×3 pixels"):
            read_grey(Image.new("L", (0, 3)), (4, 4))


def test_a_pillow_image_stays_as_it_was() -> None:
    picture = Image.open(io.BytesIO(saved(turned_back(letter(), 6).convert("RGB"), "PNG", exif=exif(6))))
    assert np.array_equal(read_grey(picture, WHOLE), LETTER)
    assert picture.mode == "RGB" and picture.size == (60, 48) and picture.getpixel((0, 0)) == (255, 255, 255)


def test_negative_control_an_orientation_that_is_not_applied_is_seen() -> None:
    for orientation in range(2, 9):
        stored = turned_back(letter(), orientation).resize(SIZE)
        assert np.abs(np.asarray(stored).astype(int) - LETTER).mean() > 20
