"""What is answered: the same as `charmlp predict` says, in every way to send an image."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from charmlp import Recognizer
from charmlp.images import read_grey
from tests.images.making import letter, saved
from tests.server.making import Served, client, jpeg, served, until, write_letters


@pytest.fixture(scope="module")
def recognizer(model_file: Path) -> Recognizer:
    return Recognizer.load(model_file)


def close_to(found: dict, meant: dict) -> bool:
    """Whether two predictions are the same; probabilities may differ in their last bits, by the batch."""
    tops = zip(found["top"], meant["top"], strict=True)
    return found["prediction"] == meant["prediction"] and all(
        one["class"] == other["class"] and one["probability"] == pytest.approx(other["probability"], abs=1e-6)
        for one, other in tops
    )


@pytest.mark.parametrize("size", [(48, 60), (700, 600)])  # read by the loop, and by a thread
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "BMP", "TIFF", "GIF", "PPM"])
def test_an_image_is_read_as_predict_reads_it(
    server: Served, recognizer: Recognizer, kind: str, size: tuple[int, int]
) -> None:
    content = saved(letter(size), kind)
    with client(server) as http:
        answer = http.post("/v1/predict?topk=3", content=content)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    (found,) = answer.json()["predictions"]
    assert found["file"] == "-" and close_to(found, recognizer.predict(content, 3).to_dict())


def test_a_form_of_many_images_is_answered_in_its_order(server: Served, recognizer: Recognizer) -> None:
    images = [saved(letter((20 + 9 * n, 60)), "PNG") for n in range(20)]
    names = ["字母 “甲”.png", "../../etc/passwd", "a\x1b[31m.png", *(f"{n}.png" for n in range(17))]
    files = [("image", (name, image)) for name, image in zip(names, images, strict=True)]
    with client(server) as http:
        answer = http.post("/v1/predict", files=files)
    predictions = answer.json()["predictions"]
    assert [each["file"] for each in predictions][3:] == names[3:]
    assert predictions[0]["file"].startswith("字母") and "\x1b" not in answer.text
    for found, image in zip(predictions, images, strict=True):
        assert close_to(found, recognizer.predict(image).to_dict())


def test_requests_at_the_same_time_get_each_its_own(server: Served, recognizer: Recognizer) -> None:
    images = [saved(letter((20 + 7 * n, 70)), "JPEG") for n in range(24)]
    with client(server) as http, ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda image: http.post("/v1/predict?topk=26", content=image).json(), images)
        )
    for answer, image in zip(answers, images, strict=True):
        assert close_to(answer["predictions"][0], recognizer.predict(image, 26).to_dict())


def test_any_content_type_will_do_for_one_image(server: Served) -> None:
    with client(server) as http:
        for kind in ("image/jpeg", "application/x-www-form-urlencoded", "nonsense", ""):
            assert http.post("/v1/predict", content=jpeg(), headers={"Content-Type": kind}).status_code == 200


@pytest.mark.parametrize(("topk", "classes"), [("1", 1), ("26", 26), ("1000000", 26)])
def test_topk(server: Served, topk: str, classes: int) -> None:
    with client(server) as http:
        answer = http.post(f"/v1/predict?topk={topk}", content=jpeg())
    assert len(answer.json()["predictions"][0]["top"]) == classes


@pytest.mark.parametrize(
    "query",
    ["topk=0", "topk=abc", "topk=-1", "topk=", "topk=1&topk=2", "topk=1e3", "topk=%D9%A3", "topk=1.0",
     "topk=+1", "topk=" + "9" * 5000],
)  # fmt: skip
def test_a_wrong_topk_is_told(server: Served, query: str) -> None:
    with client(server) as http:
        answer = http.post(f"/v1/predict?{query}", content=jpeg())
    assert answer.status_code == 400 and answer.json()["detail"].startswith("topk: ")


def test_what_is_no_image_is_told_by_its_name(server: Served) -> None:
    blank = saved(letter().point(lambda _: 128), "PNG")
    cases = {b"hello": "not an image", blank: "blank", jpeg()[:300]: "damaged", b"%PDF-1.4": "PDF"}
    with client(server) as http:
        for content, words in cases.items():
            answer = http.post("/v1/predict", content=content)
            assert answer.status_code == 422 and words in answer.json()["detail"]
            assert answer.headers["content-type"] == "application/problem+json"
            assert set(answer.json()) == {"status", "title", "detail"}
            form = [("a", ("good.jpg", jpeg())), ("b", ("bad.jpg", content))]
            answer = http.post("/v1/predict", files=form)
            assert answer.status_code == 422 and answer.json()["detail"].startswith("bad.jpg: ")
        chinese = http.post("/v1/predict", content=b"hello", headers={"Accept-Language": "zh-CN"})
        assert "不是图像" in chinese.json()["detail"]


def test_the_model_and_its_state(server: Served, model_file: Path) -> None:
    with client(server) as http:
        facts = http.get("/v1/model").json()
        assert facts["name"] == "letters" and len(facts["classes"]) == 26 and facts["norm_size"] == [8, 8]
        assert http.post("/v1/predict", content=jpeg()).json()["model"] == facts["model"]
        assert http.get("/healthz").json() == http.get("/readyz").json() == {"status": "ok"}


def test_metrics_and_log(model_file: Path) -> None:
    with served(model_file) as own, client(own) as http:
        http.post("/v1/predict?secret=1", content=jpeg())
        http.post("/v1/predict", content=b"none")
        http.get("/nowhere/at/all")
        text = http.get("/metrics").text
        assert 'charmlp_requests_total{path="/v1/predict",status="200"} 1.0' in text
        assert 'charmlp_requests_total{path="other",status="404"} 1.0' in text
        assert 'charmlp_images_total{outcome="unreadable"} 1.0' in text
        assert "charmlp_batch_images_count 2.0" in text and "charmlp_waiting_images 0.0" in text
        until(lambda: len(own.lines("request")) == 4)
        first = own.lines("request")[0]
    assert (first["method"], first["path"], first["status"], first["client"]) == (
        "POST", "/v1/predict", 200, "127.0.0.1")  # fmt: skip
    assert "secret" not in json.dumps(first) and first["level"] == "info" and first["seconds"] > 0


def test_the_token(model_file: Path) -> None:
    token = "0123456789abcdef"
    with served(model_file, token) as own, client(own) as http:
        for wrong in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {token}"},
                      {"Authorization": f"Bearer {token}x"}, {"Authorization": "Bearer"}):  # fmt: skip
            for method, path in (("POST", "/v1/predict"), ("GET", "/v1/model"), ("GET", "/metrics")):
                answer = http.request(method, path, headers=wrong)
                assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
                assert answer.json()["status"] == 401
        right = {"Authorization": f"Bearer {token}"}
        assert http.post("/v1/predict", content=jpeg(), headers=right).status_code == 200
        assert http.get("/metrics", headers=right).status_code == 200
        for path in ("/", "/healthz", "/readyz", "/openapi.json", "/form.js"):
            assert http.get(path).status_code == 200
        assert token not in own.log.getvalue()


def test_every_answer_has_the_headers_of_a_careful_server(server: Served) -> None:
    with client(server) as http:
        answers = [
            http.get("/"),
            http.get("/nowhere"),
            http.put("/v1/predict"),
            http.post("/v1/predict", content=b"x"),
        ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


def test_grey_pictures_are_those_of_the_model(server: Served, recognizer: Recognizer) -> None:
    """One pixel more or less would be another preprocessing."""
    content = saved(letter((333, 77)), "PNG")
    grey = read_grey(content, recognizer.model.norm_size, recognizer.model.view)
    meant = recognizer.predict_proba(grey[None])[0].max()
    with client(server) as http:
        found = http.post("/v1/predict", content=content).json()["predictions"][0]["probability"]
    assert found == pytest.approx(meant, abs=1e-6)


def test_probabilities_of_a_model_with_one_class_more(tmp_path: Path) -> None:
    """Names of classes may be anything, and come back as they are."""
    classes = ("<script>", "汉", '"', "\\", "\u202e")
    with served(write_letters(tmp_path / "m.safetensors", classes=classes)) as own, client(own) as http:
        answer = http.post("/v1/predict?topk=5", content=jpeg()).json()["predictions"][0]
        assert {each["class"] for each in answer["top"]} == set(classes)
        assert "<script>" not in http.get("/").text.replace('<script type="module"', "")
