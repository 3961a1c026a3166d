"""Numerical libraries held to one thread, also one that is loaded late."""

import subprocess
import sys

LOADED_LATE = """
import numpy, threadpoolctl
from segmart.learning.threads import one_thread

def threads():
    return {each["num_threads"] for each in threadpoolctl.threadpool_info()}

threadpoolctl.threadpool_limits(2)
with one_thread():
    assert threads() == {1}, threads()
assert threads() == {2}, threads()
import xgboost
threadpoolctl.threadpool_limits(2)
with one_thread():
    assert threads() == {1}, threads()
assert threads() == {2}, threads()
print("held")
"""


def test_libraries_have_one_thread_inside_and_what_they_had_outside():
    # A process of its own: what others have loaded would be known already.
    done = subprocess.run([sys.executable, "-c", LOADED_LATE], capture_output=True, text=True, check=False)
    assert done.stdout == "held\n", done.stderr
