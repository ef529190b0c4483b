"""`python -m bpjs_simulator [PORT]`: the simulator with its defaults, until Ctrl-C."""

import sys

from bpjs_simulator.server import serve

serve(port=int(sys.argv[1]) if len(sys.argv) > 1 else 4010)
