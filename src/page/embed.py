# SPDX-License-Identifier: ISC
"""embed.py: writes the page, with its style and script inside, as a C array, and a policy that allows only these two."""
import base64
import hashlib
import os

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 64 * 1024


def source(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def digest(text):
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


style, script = source("page.css"), source("page.js")
page = source("page.html").replace("/*page.css*/", style).replace("/*page.js*/", script).encode()
if len(page) > LIMIT:
    raise SystemExit("the page has %d bytes, and %d are the limit" % (len(page), LIMIT))
policy = ["default-src 'none'", "script-src " + digest(script), "style-src " + digest(style), "img-src data:",
          "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
print("#define PAGE_POLICY \\\n" + " \\\n".join('    "%s"' % (part + ("; " if part != policy[-1] else "")) for part in policy))
print("static const unsigned char page_html[] = {")
for start in range(0, len(page), 20):
    print(", ".join(str(byte) for byte in page[start:start + 20]) + ",")
print("};")
