# SPDX-License-Identifier: ISC
"""The keys and signatures of mptablectl: made, verified claim by claim, and images written into guest memory. minisign
signs the false claims, and verifies the signatures that the tool makes."""
import base64
import glob
import json
import os
import shutil
import socket
import stat
import subprocess
import threading
import time

from daemon import MPTABLED, SRCDIR, Tap
from tool import DONE, IO, MPTABLECTL, REFUSED, USAGE, Tool, refused

tap = Tap()
FOUR = b'{"cpus":4,"context":"vm:1"}'
TWO_PARTS = b'{"cpus":3,"profile":"virtualbox","bios_data_area":true}'
MIB = 1 << 20


def reply_of(tool, topology, *options):
    """Returns the image, its arguments for --base and --size, its segments, and the signature if there is one."""
    reply = json.loads(tool.run("encode", "--format", "json", *options, "-", data=topology).stdout)
    places = ",".join(s["base"] for s in reply["segments"]), ",".join(str(s["size"]) for s in reply["segments"])
    return base64.b64decode(reply["image"]), places, reply["segments"], reply.get("signature", {}).get("minisign")


def keygen(tool):
    done = tool.run("keygen", preexec_fn=lambda: os.umask(0))
    said = done.stdout.decode()
    key_id = tool.read("mptabled.pub").split()[5].decode()
    tap.equal((done.returncode, done.stderr, tool.files()), (DONE, b"", ["mptabled.key", "mptabled.pub"]),
              "keygen makes two files of the default names")
    tap.equal([stat.S_IMODE(os.stat(tool.path(name)).st_mode) for name in tool.files()], [0o600, 0o644],
              "the secret one is closed, whatever the umask")
    tap.ok(said.startswith("key %s\n" % key_id) and "mptabled --key mptabled.key" in said, "it says the id and what to do", said)
    before = tool.read("mptabled.key"), tool.read("mptabled.pub")
    refused(tap, tool.run("keygen"), REFUSED, "mptabled.key: exists; --force replaces it", "and does not replace a key")
    refused(tap, tool.run("keygen", "-s", "other.key", "-p", "mptabled.pub"), REFUSED, "mptabled.pub: exists",
            "nor a public one")
    tap.equal((tool.read("mptabled.key"), tool.read("mptabled.pub")), before, "both are as before")
    done = tool.run("keygen", "--force")
    tap.ok(done.returncode == DONE and b"\n%s.pub is the public half of the old key" % key_id.encode() in done.stdout,
           "unless it is forced to", done)
    tap.equal(tool.read(key_id + ".pub"), before[1], "then the public half of the old one is kept under its id")
    os.unlink(tool.path(key_id + ".pub"))
    tool.write("broken.key", "no key", 0o600)
    done = tool.run("keygen", "--force", "-s", "broken.key")
    tap.ok(done.returncode == DONE and b"its public half is not kept" in done.stderr, "a file that is no key can be replaced, too", done)
    for name in ("broken.key", "broken.pub"):
        os.unlink(tool.path(name))
    tap.ok(tool.read("mptabled.key") != before[0] and tool.read("mptabled.pub") != before[1], "then both are new")
    tap.equal((tool.run("keygen", "-s", "a", "--public-key", "b").returncode, tool.run("keygen", "--key=c.key").returncode),
              (DONE, DONE), "other names")
    tap.equal(tool.files(), ["a", "b", "c.key", "c.pub", "mptabled.key", "mptabled.pub"],
              "a public key lies beside its secret one")
    refused(tap, tool.run("keygen", "-s", "no/such/k"), IO, "no/such/k", "no directory for it")
    refused(tap, tool.run("keygen", "-s", "a", "-p", "./a", "--force"), REFUSED, "cannot be both the secret and the public key",
            "one name for both")
    tap.equal(tool.run("keygen", "mptabled.key").returncode, USAGE, "keygen takes no operand")
    check = subprocess.run([MPTABLED, "--key", "mptabled.key", "--check-config"], cwd=tool.work, capture_output=True)
    tap.equal(check.returncode, 0, "the daemon takes the key")


def signing(tool):
    """Every image of the encoder can be signed, and gets the signature that encode --key makes."""
    profiles = json.loads(tool.run("profiles", "--format", "json").stdout)["profiles"]
    bodies = [json.dumps({"cpus": min(3 * p.get("multiple_of", 1), p["max_cpus"]), "context": "vm:1",
                          "bios_data_area": not p["name"].startswith("openvmm"), "profile": p["name"]}).encode()
              for p in profiles]  # OpenVMM's table lies over the BIOS data area
    bodies += [open(name, "rb").read() for name in sorted(glob.glob(os.path.join(SRCDIR, "api", "examples", "*.json")))]
    bodies += [b'{"cpus":255}', b'{"cpus":2,"default_configuration":5}',
               b'{"cpus":1,"placement":{"window":"ebda","base":"0x90000"}}']
    good = 0
    for body in bodies:
        topology = json.loads(body)
        if {"nonce", "ttl"} & set(topology):
            body = json.dumps({name: value for name, value in topology.items() if name not in ("nonce", "ttl")}).encode()
        image, (base, size), _, wanted = reply_of(tool, body, "--key", "mptabled.key")
        tool.write("got.bin", image)
        binding = ("--context", topology["context"]) if "context" in topology else ()
        done = tool.run("sign", "--key", "mptabled.key", "--base", base, "--size", size, *binding, "got.bin")
        checked = tool.run("verify", "-p", "mptabled.pub", "--base", base, *binding, "got.bin")
        if (done.returncode, checked.returncode, tool.read("got.bin.minisig").decode()) == (DONE, DONE, wanted):
            good += 1
        else:
            tap.ok(False, "sign %s" % body[:80], done.stderr, checked.stderr)
    tap.equal(good, len(bodies), "sign and encode --key make the same signature of %d images, which verify accepts"
              % len(bodies))
    image, _, _, _ = reply_of(tool, FOUR)
    tool.write("image.bin", image)
    done = tool.run("sign", "--key", "mptabled.key", "--context", "vm:1", "--nonce", "fresh-fresh", "--ttl", "300", "image.bin")
    tap.equal((done.returncode, done.stdout, done.stderr), (DONE, b"", b""), "sign is silent")
    said = tool.run("verify", "image.bin", "-p", "mptabled.pub").stdout.decode()
    lines = dict(line.split("=") for line in said.splitlines() if "=" in line)
    tap.equal((lines["ctx"], lines["nonce"], int(lines["exp"]) - int(lines["iat"]), abs(int(lines["iat"]) - time.time()) < 60),
              ("vm:1", "fresh-fresh", 300, True), "context, nonce and life are bound, and verify prints them")
    done = tool.run("sign", "--key", "mptabled.key", "-x", "-", "-", data=image)
    tap.ok(done.returncode == DONE and done.stdout.startswith(b"untrusted comment: "),
           "from standard input to standard output", done)
    if shutil.which("minisign"):
        accepted = tool.minisign("-VHQm", "image.bin", "-p", "mptabled.pub")
        tap.ok(accepted.returncode == 0 and accepted.stdout.startswith(b"mptabled/1 sha256="),
               "minisign accepts what sign makes", accepted)
    else:
        tap.skip("minisign accepts what sign makes", "minisign is not installed")


def no_oracle(tool):
    """sign refuses all bytes that are not an image of the encoder."""
    image, _, _, _ = reply_of(tool, FOUR)
    key = ("--key", "mptabled.key")
    signature = tool.run("sign", *key, "-x", "-", "-", data=image).stdout
    zeros = bytes(len(image) - 1)
    rows = [("a text", b"hello"), ("nothing", b""), ("zeros", zeros), ("a signature", signature),
            ("a signature and a comment", base64.b64decode(signature.splitlines()[1])[10:] + b"mptabled/1 sha256="),
            ("a cut image", image[:-1]), ("an image and more", image + b"\0"), ("an image behind something", bytes(16) + image),
            ("the floating pointer alone", image[:16]), ("two images", image + image),
            ("an ELF file", tool.run("encode", "--format", "elf", "-", data=FOUR).stdout),
            ("a hexdump", tool.run("encode", "--format", "hex", "-", data=FOUR).stdout)]
    rows += [("byte %d changed" % at, image[:at] + bytes([image[at] ^ 0x41]) + image[at + 1:])
             for at in range(0, len(image), 13)]
    right_sum = bytearray(image)  # changed in reserved bytes, which no topology describes, with a correct checksum
    right_sum[15], right_sum[10] = 1, (right_sum[10] - 1) & 255
    refused(tap, tool.run("sign", *key, "-x", "oracle", "-", data=bytes(right_sum)), REFUSED,
            "standard input: not signed: the byte at 0x9fc0a is", "sign refuses reserved bytes with a right sum")
    before = tool.files()
    for name, data in rows:
        refused(tap, tool.run("sign", *key, "-x", "oracle", "-", data=data), REFUSED, "mptablectl: standard input: ", "sign refuses " + name)
    refused(tap, tool.limited(100, "sign", *key, "-x", "oracle", "-", data=image), IO, "oracle: cannot write the file: File too large", "a full disk")
    parts, (base, size), _, _ = reply_of(tool, b'{"cpus":4,"bios_data_area":true}')
    for name, data in (("words that point elsewhere", parts[:-4] + b"\0\x90" + parts[-2:]),
                       ("another size of base memory", parts[:-2] + b"x" + parts[-1:])):
        refused(tap, tool.run("sign", *key, "--base", base, "--size", size, "-x", "oracle", "-", data=data), REFUSED,
                "not signed", "sign refuses " + name)
    swapped = parts[-4:] + parts[:-4]
    refused(tap, tool.run("sign", *key, "--base", "0x40e,0x413,0x9fc00", "--size", "2,2,292", "-x", "oracle", "-", data=swapped),
            REFUSED, "not signed", "sign refuses segments in another order")
    refused(tap, tool.run("sign", *key, "--base", "0x9fc00,0x9fc10", "--size", "16,276", "-x", "oracle", "-", data=image),
            REFUSED, "not signed", "sign refuses one segment as two")
    refused(tap, tool.run("sign", *key, "--base", "0x9f800", "-x", "oracle", "-", data=image), REFUSED, "not signed",
            "sign refuses another address")
    for name, body in (("patches", b'{"cpus":4,"patches":[{"at":"0x9fc07","bytes":"00"}]}'),
                       ("no patches", b'{"cpus":4,"patches":[]}'),
                       ("an OEM table", b'{"cpus":4,"oem_table":"0x80000","oem_table_bytes":"00"}')):
        elf = tool.run("encode", "--format", "elf", "-", data=body).stdout
        refused(tap, tool.run("encode", *key, "--format", "json", "-", data=body), REFUSED, "are not signed", "a key refuses " + name)
        if name != "no patches":  # whose image is as sound as any
            refused(tap, tool.run("sign", *key, "-x", "oracle", "-", data=elf), REFUSED, "not signed", "sign refuses " + name)
    tap.equal(tool.files(), before, "and nothing is written")


def statuses(tool):
    tool.write("image.bin", reply_of(tool, FOUR)[0])
    tool.run("sign", "--key", "mptabled.key", "--context", "vm:1", "image.bin")
    shutil.copy(tool.path("mptabled.key"), tool.path("open.key"))
    os.chmod(tool.path("open.key"), 0o644)
    tool.write("no.pub", "untrusted comment: x\nRWQ=\n")
    tool.write("memory", bytes(MIB))
    os.mkfifo(tool.path("out.fifo"))
    os.symlink("memory", tool.path("out.link"))
    sign, verify, inject = ("sign", "--key", "mptabled.key"), ("verify", "-p", "mptabled.pub"), ("inject", "-p", "mptabled.pub")
    rows = (
        (USAGE, "needs --key", "sign", "image.bin"), (USAGE, "--signature: ", *sign), (USAGE, "--signature: ", *verify),
        (USAGE, "takes one file", *sign, "image.bin", "image.bin"),
        (USAGE, "--context: ", *sign, "--context", "two words", "image.bin"),
        (USAGE, "--context: ", *sign, "--context", "-", "image.bin"),
        (USAGE, "--nonce: ", *sign, "--nonce", "short", "image.bin"), (USAGE, "--ttl: ", *sign, "--ttl", "86401", "image.bin"),
        (USAGE, "--ttl: ", *sign, "--ttl", "0", "image.bin"), (USAGE, "--signature: ", *sign, "-"),
        (USAGE, "--base: ", *sign, "--base", "x", "image.bin"),
        (IO, "nothing", *sign, "nothing"), (IO, "no.key", "sign", "--key", "no.key", "image.bin"),
        (IO, "chmod 600", "sign", "--key", "open.key", "image.bin"),
        (IO, "mptabled.pub", "sign", "-s", "mptabled.pub", "image.bin"),
        (IO, "no/x", *sign, "-x", "no/x", "image.bin"), (IO, "not a regular file", *sign, "-x", "out.fifo", "image.bin"),
        (IO, "not a regular file", *sign, "-x", "out.link", "image.bin"),
        (USAGE, "--key: must name a file", "keygen", "-s", "-"), (USAGE, "--public-key: must name a file", "keygen", "-p", "-"),
        (USAGE, "--memory: must name a file", *inject, "--memory", "-", "image.bin"),
        (USAGE, "--public-key: is needed", "verify", "image.bin"), (USAGE, "--signature: ", *verify, "-"),
        (USAGE, "--signature: ", *verify, "-x", "-", "-"),
        (USAGE, "--base: ", *verify, "--base", "0x9fc00,", "image.bin"),
        (USAGE, "--base: ", *verify, "--base", "0x100000000", "image.bin"),
        (USAGE, "--base: ", *verify, "--base", "1,2,3,4,5", "image.bin"),
        (USAGE, "--base: ", *verify, "--base", "", "image.bin"),
        (IO, "nothing", *verify, "nothing"), (IO, "nothing", *verify, "-x", "nothing", "image.bin"),
        (IO, "no.pub: ", "verify", "-p", "no.pub", "image.bin"),
        (IO, "nothing.pub", "verify", "-p", "nothing.pub", "image.bin"),
        (IO, "mptabled.key", "verify", "-p", "mptabled.key", "image.bin"),
        (USAGE, "needs --memory", *inject, "image.bin"),
        (USAGE, "--public-key: is needed", "inject", "--memory", "memory", "image.bin"),
    )
    for status, says, *arguments in rows:
        refused(tap, tool.run(*arguments), status, says, "status %d: %s" % (status, " ".join(arguments)))
    for arguments in ((*verify, "--ttl", "1", "image.bin"), (*sign, "--revoked", "x", "image.bin"), ("keygen", "-x", "y"),
                      ("inject", "--force", "x")):
        tap.equal(tool.run(*arguments).returncode, USAGE, "another command's option: " + " ".join(arguments))
    tool.write("four.json", '{"cpus":4}')
    os.symlink("four.json", tool.path("four.link"))
    for arguments in ((*sign, "-x", "mptabled.key", "image.bin"), (*sign, "-x", "image.bin", "image.bin"),
                      ("encode", *sign[1:], "--cpus", "4", "-o", "mptabled.key"), ("encode", "four.json", "-o", "./four.json"),
                      ("encode", "four.json", "-o", "four.link")):
        before = tool.files(), [tool.read(name) for name in ("mptabled.key", "image.bin", "four.json")]
        refused(tap, tool.run(*arguments), IO, "the command reads this file", "output over an input: " + " ".join(arguments))
        tap.equal((tool.files(), [tool.read(name) for name in ("mptabled.key", "image.bin", "four.json")]), before, "and it stays")
    tap.ok(stat.S_ISFIFO(os.lstat(tool.path("out.fifo")).st_mode) and os.path.islink(tool.path("out.link")),
           "what is no file is not replaced")


def lies(tool):
    """Signatures of minisign that are valid, but of a comment with one false claim."""
    if not shutil.which("minisign"):
        tap.skip("well-signed lies", "minisign is not installed")
        return
    image, _, _, _ = reply_of(tool, FOUR)
    tool.write("image.bin", image)
    now = int(time.time())
    tool.run("sign", "--key", "mptabled.key", "--context", "vm:1", "image.bin")
    comment = tool.read("image.bin.minisig").splitlines()[2].decode().removeprefix("trusted comment: ")

    def told(text, *options, data=None):
        tool.write("lie.bin", image if data is None else data)
        made = tool.minisign("-S", "-s", "mptabled.key", "-t", text, "-m", "lie.bin")
        if made.returncode:
            raise RuntimeError("minisign: %s" % made.stderr)
        return tool.run("verify", "-p", "mptabled.pub", *options, "lie.bin")
    size = str(len(image))
    live = comment.replace("nonce=- iat=- exp=-", "nonce=fresh-fresh iat=%d exp=%d")
    good = (
        ("what sign says", comment, ()), ("more claims behind the last", comment + " new=1 size=3", ()),
        ("every claim as wanted", live % (now - 10, now + 3600),
        ("--base", "0x9fc00", "--context", "vm:1", "--nonce", "fresh-fresh")),
        ("issued by a clock that is fast", live % (now + 50, now + 3600), ()),
        ("expired by a clock that is slow", live % (now - 100, now - 10), ()),
        ("no context, and none is wanted", comment.replace("vm:1", "-"), ("--context", "-", "--nonce", "-")),
    )
    for name, text, options in good:
        done = told(text, *options)
        tap.equal((done.returncode, done.stdout.decode().splitlines()[1:], done.stderr), (DONE, text.split(" "), b""),
                  "verify accepts " + name)
    bad = (
        ("another version", comment.replace("mptabled/1", "mptabled/2"), (), "malformed at mptabled/1"),
        ("another word", comment.replace("mptabled/1", "mptable/1"), (), "malformed at mptabled/1"),
        ("minisign's own comment", "timestamp:1700000000\tfile:lie.bin\thashed", (), "malformed at mptabled/1"),
        ("another digest", comment.replace("sha256=", "sha256=0").replace("0" + comment[18:82], "0" + comment[18:81]), (),
         "sha256"),
        ("another size", comment.replace("size=" + size, "size=%d" % (len(image) + 1)), (), "size: "),
        ("two sizes", comment.replace("size=" + size, "size=%s,1" % size).replace("load=0x9fc00", "load=0x9fc00,0x0"), (),
         "size: "),
        ("another load", comment.replace("load=0x9fc00", "load=0x9fc10"), (), "fp: "),
        ("another load and fp", comment.replace("0x9fc00", "0x9fc10"), (), "load: "),
        ("another load than wanted", comment, ("--base", "0x9f000"), "load: signed for 0x9fc00, not for 0x9f000"),
        ("more loads than wanted", comment, ("--base", "0x9fc00,0x40e"), "load: 1 segment was signed, 2 are wanted"),
        ("another fp", comment.replace("fp=0x9fc00", "fp=0x9fc10"), (), "fp: "),
        ("another context", comment, ("--context", "vm:2"), "ctx: signed for vm:1, not for vm:2"),
        ("a prefix of the context", comment, ("--context", "vm:"), "ctx: "),
        ("a context where none is wanted", comment, ("--context", "-"), "ctx: "),
        ("an empty variable for a context", comment, ("--context", ""), "ctx: "),
        ("no context", comment.replace("vm:1", "-"), ("--context", "vm:1"), "ctx: "),
        ("no nonce", comment, ("--nonce", "fresh-fresh"), "nonce: signed for none"),
        ("another nonce", live % (now, now + 3600), ("--nonce", "fresh-frosh"), "nonce: signed for fresh-fresh"),
        ("issued in the future", live % (now + 3600, now + 3700), (), "iat: "),
        ("expired", live % (now - 100, now - 70), (), "exp: expired"),
        ("it expires before it begins", live % (now, now - 1), (), "iat, exp: "),
        ("no load", comment.replace("load=0x9fc00 ", ""), (), "load"),
        ("a leading zero", comment.replace("size=", "size=0"), (), "size"),
        ("claims in another order", " ".join(sorted(comment.split(" "))), (), "malformed"),
        ("a forged context", comment.replace("ctx=vm:1", "ctx=vm:1 ctx=vm:2"), (), "malformed at nonce"),
        ("upper case", comment.replace("load=0x9fc00", "load=0x9FC00"), (), "malformed at load"),
    )
    for name, text, options, says in bad:
        tap.ok(text != comment or options, "this lies: " + name)
        refused(tap, told(text, *options), REFUSED, says, "verify refuses " + name)
    refused(tap, told(comment, data=image[:-1] + bytes([image[-1] ^ 1])), REFUSED, "sha256 of the bytes is",
            "verify refuses other bytes, though signed")


def alike(tap, tool, signature, public):
    """Line ends and byte order marks, as editors leave them: verify accepts what minisign accepts."""
    mark, marked, ended = b"\xef\xbb\xbf", lambda text: mark + text, lambda text: text.replace(b"\n", b"\r\n")
    for name, form in (("as it is", bytes), ("CR LF", ended), ("a byte order mark", marked),
                       ("both", lambda text: marked(ended(text)))):
        for kind, files in (("public key", (form(public), signature)), ("signature", (public, form(signature)))):
            tool.write("form.pub", files[0])
            tool.write("form.minisig", files[1])
            theirs = tool.minisign("-VHqm", "image.bin", "-x", "form.minisig", "-p", "form.pub").returncode == 0
            ours = tool.run("verify", "-p", "form.pub", "-x", "form.minisig", "image.bin").returncode == DONE
            tap.equal(ours, theirs, "verify and minisign alike: %s, %s" % (kind, name))


def files(tool):
    """Signature files with a change of each part of the format."""
    image, _, _, _ = reply_of(tool, FOUR)
    tool.write("image.bin", image)
    tool.run("sign", "--key", "mptabled.key", "image.bin")
    text = tool.read("image.bin.minisig")
    lines = text.splitlines(keepends=True)

    def verify(signature, data=image):
        tool.write("file.bin", data)
        tool.write("file.bin.minisig", signature)
        return tool.run("verify", "-p", "mptabled.pub", "file.bin")
    tap.equal(verify(text).returncode, DONE, "verify accepts the file as it is")
    tap.equal(verify(text.replace(lines[0], b"untrusted comment: anything\n")).returncode, DONE,
              "and with any untrusted comment")
    rows = [("no file of four lines", b""), ("three lines", b"".join(lines[:3])), ("five lines", text + b"more\n"),
            ("no last newline", text[:-1]),
            ("carriage returns alone", text.replace(b"\n", b"\r")), ("NUL", text.replace(b"ctx", b"\0tx")),
            ("an escape", text.replace(b"ctx", b"\x1btx")),
            ("no prefix", text[1:]), ("a cut line", text.replace(lines[1], lines[1][:-5] + b"\n")),
            ("a million lines", b"\n" * MIB),
            ("another signature", text.replace(lines[1], lines[1][:20] + bytes([lines[1][20] ^ 1]) + lines[1][21:])),
            ("another comment", text.replace(b"load=0x9fc00", b"load=0x8fc00")),
            ("another global signature", text.replace(lines[3], lines[3][:9] + bytes([lines[3][9] ^ 1]) + lines[3][10:]))]
    for name, signature in rows:
        refused(tap, verify(signature), REFUSED, "file.bin: ", "verify refuses " + name)
    for at in (0, 15, 16, 100, len(image) - 1):
        refused(tap, verify(text, image[:at] + bytes([image[at] ^ 0x10]) + image[at + 1:]), REFUSED,
                "does not match these bytes", "verify refuses byte %d changed" % at)
    refused(tap, verify(text, image + b"\0"), REFUSED, "does not match these bytes", "verify refuses a byte more")
    refused(tap, tool.run("verify", "-p", "c.pub", "image.bin"), REFUSED, "signed by the key", "verify refuses another key")
    if shutil.which("minisign"):
        tool.minisign("-S", "-l", "-s", "mptabled.key", "-t", lines[2].decode()[17:-1], "-m", "image.bin", "-x", "legacy")
        refused(tap, tool.run("verify", "-p", "mptabled.pub", "-x", "legacy", "image.bin"), REFUSED, "older kind",
                "verify refuses the older kind")
        alike(tap, tool, text, tool.read("mptabled.pub"))
    else:
        tap.skip("verify and minisign alike", "minisign is not installed")
    done = tool.run("verify", "-p", "mptabled.pub", "-x", "image.bin.minisig", "-", data=image)
    tap.equal(done.returncode, DONE, "an image on standard input")
    key_id = tool.read("mptabled.pub").split()[5]
    revoked = ("verify", "-p", "mptabled.pub", "--revoked", "list", "image.bin")
    refused(tap, tool.run(*revoked), IO, "list: there is no such list", "a list of revoked keys that is not there")
    tool.write("list", b"# ours\n0123456789ABCDEF\n")
    tap.equal(tool.run(*revoked).returncode, DONE, "a list with another key")
    tool.write("list", b"0123456789ABCDEF\n" + key_id.lower() + b"\n")
    refused(tap, tool.run(*revoked), REFUSED, "signed by the key %s, which is revoked" % key_id.decode(), "a list with the key")
    tool.write("list", b"nonsense\n")
    refused(tap, tool.run(*revoked), IO, "line 1 is not a key id", "a list that is none")
    tool.write("list", b"", 0o666)
    refused(tap, tool.run(*revoked), IO, "chmod go-w", "a list that others may write")


def injected(tool, topology, size, *options, start=b"\xa5"):
    """Runs inject on memory of that size. Returns the run, the memory after it, and the memory as it should be."""
    image, (base, sizes), segments, _ = reply_of(tool, topology)
    tool.write("image.bin", image)
    tool.run("sign", "--key", "mptabled.key", "--base", base, "--size", sizes, "image.bin")
    tool.write("memory", start * size)
    done = tool.run("inject", "-p", "mptabled.pub", "--memory", "memory", *options, "image.bin")
    wanted = bytearray(start * size)
    for s in segments:
        at = int(s["base"], 16)
        wanted[at:at + s["size"]] = image[s["offset"]:s["offset"] + s["size"]]
    return done, tool.read("memory"), bytes(wanted)


def injection(tool):
    for name, topology in (("an image", b'{"cpus":4}'), ("255 processors", b'{"cpus":255}'), ("three segments", TWO_PARTS)):
        done, memory, wanted = injected(tool, topology, MIB)
        tap.ok(done.returncode == DONE and memory == wanted and done.stderr == b"", "inject writes %s and no other byte"
               % name, done)
        last = max(i for i in range(MIB) if memory[i] != 0xA5) + 1
        done, memory, wanted = injected(tool, topology, last)
        tap.ok(done.returncode == DONE and memory == wanted, "memory that ends with %s" % name, done, last)
        done, memory, _ = injected(tool, topology, last - 1)
        refused(tap, done, REFUSED, "memory: too small: it ends at 0x%x, the image at 0x%x" % (last - 1, last),
                "memory that ends a byte before " + name)
        tap.equal(memory, b"\xa5" * (last - 1), "and no byte is written, of no segment")
    for name, options, says in (("another context", ("--context", "vm"), "ctx: "),
                                ("another nonce", ("--nonce", "fresh-fresh"), "nonce: "),
                                ("another address", ("--base", "0x9f000"), "load: ")):
        done, memory, _ = injected(tool, b'{"cpus":4}', MIB, *options)
        refused(tap, done, REFUSED, says, "inject refuses " + name)
        tap.equal(memory, b"\xa5" * MIB, "and writes nothing")
    inject = ("inject", "-p", "mptabled.pub", "image.bin", "--memory")
    os.symlink("memory", tool.path("link"))
    os.mkfifo(tool.path("fifo"))
    address = socket.socket(socket.AF_UNIX)
    address.bind(tool.path("socket"))
    for name, memory, says in (("a link", "link", "symbolic link"), ("a directory", ".", ""),
                               ("a FIFO", "fifo", "neither a regular file"),
                               ("a device", "/dev/null", "neither a regular file"), ("a socket", "socket", ""),
                               ("nothing", "nothing", "nothing: No such")):
        refused(tap, tool.run(*inject, memory), IO, says, "inject refuses %s for memory" % name)
    address.close()
    refused(tap, tool.run(*inject, tool.write("empty", b"")), REFUSED, "empty: too small: it ends at 0x0", "and an empty file")
    descriptor = os.memfd_create("memory")
    os.ftruncate(descriptor, MIB)
    done = tool.run(*inject, "/proc/self/fd/%d" % descriptor, pass_fds=[descriptor])
    tap.ok(done.returncode == DONE and os.pread(descriptor, 4, 0x9FC00) == b"_MP_", "memory without a name", done)
    os.close(descriptor)
    refused(tap, tool.limited(0x9FC00 + 100, *inject, "memory"), IO, "not all of the image was written",
            "a write that fails is told")
    if os.geteuid() != 0:
        os.chmod(tool.path("memory"), 0o444)
        refused(tap, tool.run(*inject, "memory"), IO, "memory: Permission denied", "memory that may only be read")
        os.chmod(tool.path("memory"), 0o644)
    before = injected(tool, b'{"cpus":4}', MIB)[1]
    tool.write("image.bin", tool.read("image.bin")[:-1] + b"x")
    refused(tap, tool.run(*inject, "memory"), REFUSED, "does not match these bytes", "inject refuses an image that was changed")
    tap.equal(tool.read("memory"), before, "and writes nothing")


def races(tool):
    """An image that comes through a pipe can be read only once. An image that changes all the time is written whole or not
    at all."""
    injected(tool, b'{"cpus":4}', MIB)
    good = tool.read("image.bin")
    tool.write("memory", bytes(MIB))
    os.mkfifo(tool.path("pipe"))
    process = subprocess.Popen([MPTABLECTL, "inject", "-p", "mptabled.pub", "--memory", "memory", "-x", "image.bin.minisig",
                                "pipe"],
                               cwd=tool.work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with open(tool.path("pipe"), "wb") as pipe:
        pipe.write(good)
    tap.equal((process.wait(20), process.stderr.read()), (DONE, b""), "the image is read once")
    process.stderr.close()
    tap.equal(tool.read("memory")[0x9FC00:0x9FC00 + len(good)], good, "and what was verified is written")
    over = threading.Event()
    bad = bytes(byte ^ 0xFF for byte in good)

    def change():
        turn = 0
        while not over.is_set():
            turn += 1
            data = good if turn % 2 else bad
            with open(tool.path("image.bin.new"), "wb") as file:
                file.write(data)
            os.rename(tool.path("image.bin.new"), tool.path("image.bin"))
            with open(tool.path("image.bin"), "r+b") as file:
                file.write(bad if turn % 3 else good)
    thread = threading.Thread(target=change)
    thread.start()
    taken, wrong = 0, []
    try:
        for _ in range(40):
            tool.write("memory", bytes(MIB))
            done = tool.run("inject", "-p", "mptabled.pub", "--memory", "memory", "image.bin")
            written = tool.read("memory")[0x9FC00:0x9FC00 + len(good)]
            taken += done.returncode == DONE
            if (done.returncode, written) not in ((DONE, good), (REFUSED, bytes(len(good)))):
                wrong.append((done.returncode, done.stderr, written[:16]))
    finally:
        over.set()
        thread.join()
    tap.ok(not wrong, "an image that changes: written whole when it verified, else not", wrong[:2])
    print("# %d of 40 verified" % taken)


def main():
    with Tool() as tool:
        keygen(tool)
        secrets = tool.secrets("mptabled.key")
        for part in (signing, no_oracle, statuses, lies, files, injection, races):
            start = time.monotonic()
            part(tool)
            print("# %s: %.1f s" % (part.__name__, time.monotonic() - start))
        tap.equal(tool.has_printed(secrets), [], "nothing printed holds a byte of the secret key")
        tap.ok(not [name for name in tool.files() if name.endswith(".tmp")], "no temporary file is left", tool.files())
    tap.done()


main()
