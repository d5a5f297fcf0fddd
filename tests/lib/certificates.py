# SPDX-License-Identifier: ISC
"""Certificates for tests, made by openssl."""
import os
import subprocess


def openssl(work, *arguments):
    subprocess.run(["openssl", *arguments], cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def certificates(work):
    """Makes an authority with certificates for a server and a client and an expired one, and a client certificate of
    another authority."""
    def authority(name):
        openssl(work, "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=" + name,
                "-keyout", name + ".key", "-out", name + ".pem")

    def leaf(name, issuer, usage, days="2"):
        with open(os.path.join(work, name + ".ext"), "w", encoding="ascii") as file:
            file.write("extendedKeyUsage=%s\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n" % usage)
        openssl(work, "req", "-newkey", "ed25519", "-nodes", "-subj", "/CN=" + name, "-keyout", name + ".key",
                "-out", name + ".csr")
        openssl(work, "x509", "-req", "-in", name + ".csr", "-CA", issuer + ".pem", "-CAkey", issuer + ".key",
                "-CAcreateserial", "-days", days, "-extfile", name + ".ext", "-out", name + ".pem")
    authority("ca")
    authority("strange")
    leaf("server", "ca", "serverAuth")
    leaf("client", "ca", "clientAuth")
    leaf("stranger", "strange", "clientAuth")
    leaf("expired", "ca", "clientAuth", "-1")


def tls_options(work):
    return ("--tls-cert", os.path.join(work, "server.pem"), "--tls-key", os.path.join(work, "server.key"))
