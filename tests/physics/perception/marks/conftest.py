"""A real AprilTag detector."""

import ast
import subprocess
import sys

import pytest
from PIL import Image

DETECT = """
import sys, numpy, pupil_apriltags
from PIL import Image
detector = pupil_apriltags.Detector(families="tag36h11")
for name in sys.argv[1:]:
    grey = numpy.ascontiguousarray(Image.open(name).convert("L"))
    print([(tag.tag_id, tag.hamming) for tag in detector.detect(grey)], flush=True)
"""


@pytest.fixture
def tags_in(tmp_path):
    """Return the numbers and wrong bits of the tags in each picture.

    The library is in C, so it runs in a process of its own, whose memory is not that of the tests.
    """

    def detect(*pictures):
        names = []
        for number, picture in enumerate(pictures):
            names.append(str(tmp_path / f"{number}.png"))
            Image.fromarray(picture).save(names[-1])
        done = subprocess.run([sys.executable, "-c", DETECT, *names], capture_output=True, text=True, check=False)
        return [ast.literal_eval(line) for line in done.stdout.splitlines()]

    return detect
