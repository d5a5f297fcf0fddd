# SPDX-License-Identifier: ISC
"""How the daemon identifies clients, which contexts its policy allows them, and reloads of both: log, counters, certificates."""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from certificates import certificates, leaf, tls_options
from daemon import MPTABLED, Daemon, Tap
from wire import Secure, post

tap = Tap()
TOKEN, OLD = "0123456789abcdef-host7", "fedcba9876543210-old"
NOBODY = 65534


def curl(*arguments, uid=None, groups=(), gid=None):
    """The status and body of a request, made by a process of that user and those groups."""
    def become():
        os.setgroups(groups)
        os.setgid(gid if gid is not None else uid)
        os.setuid(uid)
    done = subprocess.run(["curl", "-s", "-k", "-m", "20", "-w", "\n%{http_code}", *arguments], stdout=subprocess.PIPE,
                          preexec_fn=become if uid is not None else None)
    body, _, status = done.stdout.rpartition(b"\n")
    return int(status), body


def on_socket(daemon, query, *arguments, **who):
    return curl("--unix-socket", daemon.socket, "http://localhost/v1/images?" + query, *arguments, **who)[0]


def last(daemon, event="request"):
    """The last line of the log with this event, as its pairs."""
    line = [line for line in daemon.text().splitlines() if "event=" + event in line][-1]
    return {key: value.strip('"') for key, value in re.findall(r'(\S+?)=("(?:[^"\\]|\\.)*"|\S*)', line)}


def reload(daemon, wanted):
    daemon.reload()
    tap.equal(last(daemon, "reload").get("result"), wanted, "reload: " + wanted)


def write(path, text, mode=0o600):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, mode)


def users(work):
    """A client on the UNIX socket: what the log has of it, and which contexts the policy allows it."""
    path = os.path.join(work, "policy")
    write(path, "# one user, one group, root\nuid:nobody vm:*\ngid:4242 group\nuid:0 -\nuid:0 root:1\n", 0o644)
    with Daemon("--policy", path, prepare=lambda: os.umask(0)) as daemon:
        os.chmod(daemon.socket, 0o666)
        os.chmod(daemon.work, 0o755)
        key = last(daemon, "key")
        path_of_key = os.path.join(daemon.state, "mptabled", "mptabled.key")
        tap.equal((key["path"], key["made"]), (path_of_key, "yes"), "the key's file is in the log")
        for name, query, wanted, who in (
                ("a prefix", "cpus=1&context=vm:7", 200, {"uid": NOBODY}),
                ("no prefix", "cpus=1&context=vn:7", 403, {"uid": NOBODY}),
                ("no context", "cpus=1", 403, {"uid": NOBODY}),
                ("another user", "cpus=1&context=vm:7", 403, {"uid": 4243}),
                ("its main group", "cpus=1&context=group", 200, {"uid": 4243, "gid": 4242}),
                ("a further group", "cpus=1&context=group", 200, {"uid": 4243, "groups": [7, 4242]}),
                ("other groups", "cpus=1&context=group", 403, {"uid": 4243, "groups": [7, 4241]}),
                ("root without a context", "cpus=1", 200, {"uid": 0, "gid": 0}),
                ("root has no other right", "cpus=1&context=vm:7", 403, {"uid": 0, "gid": 0})):
            tap.equal(on_socket(daemon, query, **who), wanted, "policy: " + name)
            line = last(daemon)
            tap.equal((line["uid"], line["status"]), (str(who["uid"]), str(wanted)), "and the log has the user")
        on_socket(daemon, "cpus=1&context=vm:7", uid=NOBODY)
        line, kid = last(daemon), json.loads(curl(daemon.url + "/v1/keys")[1])["keys"][0]["kid"]
        tap.equal((line["context"], line["kid"], len(line["sha256"])), ("vm:7", kid, 64), "what was signed is in the log")
        on_socket(daemon, "cpus=1&context=other", uid=NOBODY)
        line = last(daemon)
        tap.equal((line["problem"], line["context"], "sha256" in line), ("forbidden-context", "other", False),
                  "and what was refused")
        on_socket(daemon, "cpus=999", uid=NOBODY)
        line = last(daemon)
        tap.equal((line["problem"], line["pointer"]), ("not-buildable", "/cpus"), "and where it was wrong")
        status, body = curl(daemon.url + "/v1/images?cpus=1&context=vm:7")
        tap.equal((status, json.loads(body)["type"]), (403, "/problems/forbidden-context"), "on TCP no user is known")
        status = curl(daemon.url + "/v1/images?cpus=1&context=vm:7", "-H", "If-None-Match: *")[0]
        tap.equal(status, 403, "nor is a 304 sent")
        tap.equal(curl(daemon.url + "/v1/profiles")[0], 200, "the policy is only for images")
        tap.ok(daemon.metric('client_images_total{client="uid:65534"}') == 2 and
               daemon.metric('client_requests_total{client="uid:65534"}') > 4 and
               daemon.metric('client_images_total{client="none"}') == 0, "clients are counted")
        write(path, "uid:nobody vn:*\n", 0o644)
        tap.equal(on_socket(daemon, "cpus=1&context=vn:7", uid=NOBODY), 403, "a new row counts only")
        reload(daemon, "ok")
        tap.equal([on_socket(daemon, "cpus=1&context=" + c, uid=NOBODY) for c in ("vn:7", "vm:7")], [200, 403],
                  "after SIGHUP")
        write(path, "uid:nobody\n", 0o644)
        reload(daemon, "failed")
        tap.ok("line 1" in last(daemon, "reload")["detail"], "which says where the policy is wrong", last(daemon, "reload"))
        tap.equal(on_socket(daemon, "cpus=1&context=vn:7", uid=NOBODY), 200, "a bad file keeps the old rows")


def many():
    """Users beyond the first 64 are counted together."""
    with Daemon(prepare=lambda: os.umask(0)) as daemon:
        os.chmod(daemon.socket, 0o666)
        os.chmod(daemon.work, 0o755)
        for uid in range(5000, 5070):
            on_socket(daemon, "cpus=1", uid=uid)
        page = curl(daemon.url + "/metrics")[1].decode()
        tap.equal((len(re.findall(r"^mptabled_client_requests_total\{", page, re.M)),
                   daemon.metric('client_requests_total{client="other"}')), (65, 7.0), "counters per client are bounded")
        tap.ok(last(daemon, "key")["made"] == "yes" and 'client="uid:5000"' in page, "the first ones by name")


def named(work):
    """Tokens have names, and rows of the policy name them."""
    tokens, policy = os.path.join(work, "tokens"), os.path.join(work, "policy")
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    write(tokens, "host7 %s\n%s\n" % (digest, OLD))
    write(policy, "token:host7 h7:*\ntoken:line-2 *\n", 0o644)
    with Daemon("--token-file", tokens, "--policy", policy) as daemon:
        def ask(token, context):
            url = daemon.url + "/v1/images?cpus=1&context=" + context
            return curl(url, "-H", "Authorization: Bearer " + token)[0]
        tap.equal([ask(TOKEN, "h7:a"), ask(TOKEN, "h8:a"), ask(OLD, "h8:a"), ask(digest, "h7:a"), ask("x" * 20, "h7:a")],
                  [200, 403, 200, 401, 401], "tokens with names, old ones and none")
        ask(TOKEN, "h7:a")
        tap.equal(last(daemon)["token"], "host7", "the name is in the log")
        tap.ok(TOKEN not in daemon.text() and digest not in daemon.text(), "the token is not")
        images = daemon.metric('client_images_total{client="token:host7"}', "-H", "Authorization: Bearer " + TOKEN)
        tap.equal(images, 2.0, "and counted")
        write(tokens, "host8 %s\n" % digest)
        write(policy, "token:host7 *\ntoken:host8\n", 0o644)
        reload(daemon, "failed")
        tap.equal((ask(TOKEN, "h7:a"), ask(OLD, "x")), (200, 200), "a bad policy keeps the tokens, too")
        write(policy, "token:host8 *\n", 0o644)
        reload(daemon, "ok")
        tap.equal((ask(TOKEN, "x"), ask(OLD, "x"), last(daemon)["problem"]), (200, 401, "unauthorized"), "both are new then")


def serial(daemon, work):
    """The serial number of the server's certificate, in a new connection."""
    shown = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % daemon.port, "-cert", "client.pem",
                            "-key", "client.key"], cwd=work, input=b"", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return subprocess.run(["openssl", "x509", "-noout", "-serial"], input=shown, stdout=subprocess.PIPE).stdout


def renewed(work):
    """A reload takes a new certificate, its key and the client CA together, or none of them."""
    certificates(work)
    authorities = os.path.join(work, "authorities.pem")
    shutil.copy(os.path.join(work, "ca.pem"), authorities)
    policy = os.path.join(work, "policy")
    write(policy, "cert:CN=client tls:*\nsan:localhost san\nsan:127.0.0.1 no\n", 0o644)
    options = (*tls_options(work), "--tls-client-ca", authorities, "--policy", policy)
    with Daemon(*options) as daemon, Secure(daemon, work, "client") as kept:
        def ask(context, client="client"):
            return curl("https://127.0.0.1:%d/v1/images?cpus=1&context=%s" % (daemon.port, context),
                        "--cert", os.path.join(work, client + ".pem"), "--key", os.path.join(work, client + ".key"))[0]
        tap.equal([ask(c) for c in ("tls:1", "san", "no", "other")], [200, 200, 403, 403],
                  "subject and names of a certificate")
        tap.equal(last(daemon).get("cert"), "CN=client", "the subject is in the log")
        first = serial(daemon, work)
        tap.equal(kept.send(post(b'{"cpus":1,"context":"tls:1"}')).reply().status, 200, "a connection is kept")
        expires = daemon.metric("tls_certificate_not_after_seconds")
        tap.ok(expires and 0 < expires - time.time() < 2.1 * 86400, "when the certificate expires is a metric", expires)
        shutil.copy(os.path.join(work, "server.key"), os.path.join(work, "old.key"))
        leaf(work, "server", "ca", "serverAuth", ("-days", "9"))
        shutil.copy(os.path.join(work, "server.key"), os.path.join(work, "new.key"))
        shutil.copy(os.path.join(work, "old.key"), os.path.join(work, "server.key"))
        reload(daemon, "failed")
        tap.equal((ask("tls:1"), serial(daemon, work)), (200, first), "another's key changes nothing")
        shutil.copy(os.path.join(work, "new.key"), os.path.join(work, "server.key"))
        reload(daemon, "ok")
        tap.ok(first and serial(daemon, work) not in (first, b""), "the renewed certificate is shown", first)
        later = daemon.metric("tls_certificate_not_after_seconds")
        tap.ok(later - expires > 6 * 86400, "and its end", later)
        tap.equal((ask("tls:1"), kept.send(post(b'{"cpus":1,"context":"tls:1"}')).reply().status), (200, 200),
                  "clients are served, on connections of before too")
        shutil.copy(os.path.join(work, "strange.pem"), authorities)
        reload(daemon, "ok")
        tap.equal((ask("tls:1"), ask("tls:1", "stranger")), (403, 403), "the new client CA vouches for others")
        tap.equal(last(daemon)["problem"], "forbidden-context", "for which the policy has no row")
        tap.equal(kept.send(post(b'{"cpus":1,"context":"tls:1"}')).reply().status, 403,
                  "nor is an old connection served any more")
        for _ in range(30):  # connections that begin and end while certificates change
            with Secure(daemon, work, "stranger") as wire:
                daemon.process.send_signal(signal.SIGHUP)
                wire.send(post(b'{"cpus":1}'))
                tap.equal(wire.reply().status, 403, "one answer in the midst of a reload")


def refused(work):
    path = os.path.join(work, "policy")
    for name, text, mode, says in (("a row without a context", "uid:0\n", 0o644, "line 1"),
                                   ("writable by others", "* *\n", 0o666, "chmod")):
        write(path, text, mode)
        done = subprocess.run([MPTABLED, "--check-config", "--policy", path], capture_output=True, timeout=20,
                              env=dict(os.environ, XDG_STATE_HOME=work))
        tap.ok(done.returncode == 1 and says in done.stderr.decode(), "policy: " + name, done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="mptabled-") as work:
        refused(work)
        named(work)
        renewed(work)
        if os.geteuid() == 0:
            users(work)
            many()
        else:
            tap.skip("clients of several users", "only root can be them")
    tap.done()


main()
