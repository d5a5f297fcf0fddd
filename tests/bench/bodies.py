# SPDX-License-Identifier: ISC
"""Bodies of requests. As a program it prints the explicit one: bodies.py [CPUS]"""
import json
import sys

CONTEXT = "vm-%012d"  # of one width, so that Content-Length never changes

# A topology whose members can be said in several ways; the alternatives of each mean the same.
SPELLED = (
    ("cpus", ("4",)),
    ("profile", ('"kvm"',)),
    ("context", ('"respelled"',)),
    ("local_apic_address", ("4276092928", '"0xfee00000"', '"0xFEE00000"')),
)
# The same for a daemon that does not know the last member: then no member has a second form.
SPELLED_PLAIN = SPELLED[:3] + (("memory_size", ("268435456",)),)


def compact(serial=0):
    return '{"cpus":4,"context":"%s"}' % (CONTEXT % serial)


def explicit(cpus=254):
    """Every processor with every number: about 19 KB for 254."""
    processors = [{"apic_id": i, "apic_version": 20, "signature": 1777, "features": 125959167} for i in range(cpus)]
    return json.dumps({"processors": processors}, separators=(",", ":"))


def spell(members):
    """The first spelling of a row of members."""
    return "{%s}" % ",".join('"%s":%s' % (name, forms[0]) for name, forms in members)


if __name__ == "__main__":
    sys.stdout.write(explicit(int(sys.argv[1]) if len(sys.argv) > 1 else 254))
