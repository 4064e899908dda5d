"""Runs an open watermark on pictures handed over by `bench_seal.py`, in the peers' environment.

Arguments: the peer, "embed" or "extract", and a folder with in.npz, where out.npz goes.
"""

import sys
import tempfile
import types
from pathlib import Path

import numpy as np

# invisible-watermark imports torch for its neural method, which is not compared here.
for name in ("torch", "onnxruntime"):
    sys.modules.setdefault(name, types.ModuleType(name))

import cv2  # noqa: E402


def blind(what: str, picture: np.ndarray, bits: np.ndarray) -> np.ndarray:
    from blind_watermark import WaterMark

    mark = WaterMark(password_img=1, password_wm=1)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "p.png")
        cv2.imwrite(path, picture[..., ::-1])
        if what == "embed":
            mark.read_img(path)
            mark.read_wm(bits.astype(bool), mode="bit")
            out = str(Path(folder) / "q.png")
            mark.embed(out)
            return cv2.imread(out)[..., ::-1]
        return (np.asarray(mark.extract(path, wm_shape=len(bits), mode="bit")) > 0.5).astype(
            np.uint8
        )


def invisible(method: str, what: str, picture: np.ndarray, bits: np.ndarray) -> np.ndarray:
    from imwatermark import WatermarkDecoder, WatermarkEncoder

    bgr = np.ascontiguousarray(picture[..., ::-1])
    if what == "embed":
        encoder = WatermarkEncoder()
        encoder.set_watermark("bits", [int(b) for b in bits])
        return encoder.encode(bgr, method)[..., ::-1]
    return np.array(WatermarkDecoder("bits", len(bits)).decode(bgr, method)).astype(np.uint8)


def main() -> None:
    peer, what, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    out = {}
    with np.load(folder / "in.npz") as given:
        for n, bits in enumerate(given["bits"]):
            picture = given[f"p{n}"]
            try:
                if peer == "blind-watermark":
                    out[f"p{n}"] = blind(what, picture, bits)
                else:
                    out[f"p{n}"] = invisible(peer, what, picture, bits)
            except Exception as error:  # too small, or an odd shape: nothing read
                if what == "embed":
                    raise
                print(error, file=sys.stderr)
                out[f"p{n}"] = 1 - bits
    np.savez(folder / "out.npz", **out)


if __name__ == "__main__":
    main()
