"""Screening speed beside Presidio's analyser, the same texts in the same run.

Presidio (bench/peers) looks for identifiers, we for what a text is for: both read every text once,
which is what is compared. No spaCy model can be had here, so Presidio runs on a blank English
pipeline, which only makes it faster.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PEER = Path("bench/.work/peers/bin/python")
OURS = """
import json, sys, time
from notmyloan.screen.model import load_model
texts = json.load(open(sys.argv[1]))
model = load_model()
model.judge(texts[:100])
began = time.process_time()
for low in range(0, len(texts), 2000):
    model.judge(texts[low:low + 2000])
print(len(texts), time.process_time() - began)
"""
PRESIDIO = """
import json, logging, sys, tempfile, time
logging.disable(logging.CRITICAL)
import spacy
folder = tempfile.mkdtemp()
spacy.blank("en").to_disk(folder)
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
engine = NlpEngineProvider(nlp_configuration={
    "nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": folder}]}).create_engine()
analyser = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
texts = json.load(open(sys.argv[1]))[:1500]
analyser.analyze(text=texts[0], language="en")
began = time.process_time()
for text in texts:
    analyser.analyze(text=text, language="en")
print(len(texts), time.process_time() - began)
"""


def measure(python: str, code: str, path: str) -> float:
    environ = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([python, "-c", code, path], capture_output=True, text=True, env=environ)
    if done.returncode:
        raise SystemExit(done.stderr[-1500:])
    n, spent = done.stdout.split()[-2:]
    return int(n) / float(spent)


def main() -> None:
    from notmyloan.story.write import many_messages

    texts = [message.text for message in many_messages(20_000, seed=9)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as stream:
        json.dump(texts, stream)
        stream.flush()
        ours = measure(sys.executable, OURS, stream.name)
        print(f"notmyloan, judge         {ours:>9,.0f} texts/s of CPU")
        if not PEER.exists():
            print("Presidio is not installed here: sh bench/peers")
            return
        theirs = measure(str(PEER), PRESIDIO, stream.name)
        print(f"Presidio, analyze        {theirs:>9,.0f} texts/s of CPU")
        print(f"ratio {ours / theirs:.0f} (aim: at least 50)")


if __name__ == "__main__":
    main()
