# SPDX-License-Identifier: ISC
"""Certificates for tests, made by openssl."""
import os
import subprocess


# For openssl ca: unlike openssl x509, it can make a certificate that has expired in each version.
CA = """[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = default
policy = any
[any]
commonName = supplied
"""


def openssl(work, *arguments):
    subprocess.run(["openssl", *arguments], cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def leaf(work, name, issuer, usage, dates=("-days", "2")):
    """Makes a key, and a certificate for it by an authority."""
    with open(os.path.join(work, name + ".ext"), "w", encoding="ascii") as file:
        file.write("extendedKeyUsage=%s\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n"
                   "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n" % usage)
    openssl(work, "req", "-newkey", "ed25519", "-nodes", "-subj", "/CN=" + name, "-keyout", name + ".key",
            "-out", name + ".csr")
    openssl(work, "ca", "-batch", "-notext", "-config", "ca.conf", "-in", name + ".csr", "-cert", issuer + ".pem",
            "-keyfile", issuer + ".key", *dates, "-extfile", name + ".ext", "-out", name + ".pem")


def certificates(work):
    """Makes an authority with certificates for a server, a client and a client whose certificate has expired, and a
    client certificate of another authority, which is called strange."""
    def authority(name):
        openssl(work, "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=" + name,
                "-addext", "keyUsage=critical,keyCertSign", "-keyout", name + ".key", "-out", name + ".pem")

    with open(os.path.join(work, "ca.conf"), "w", encoding="ascii") as file, open(os.path.join(work, "index"), "w"):
        file.write(CA)
    authority("ca")
    authority("strange")
    leaf(work, "server", "ca", "serverAuth")
    leaf(work, "client", "ca", "clientAuth")
    leaf(work, "stranger", "strange", "clientAuth")
    leaf(work, "expired", "ca", "clientAuth", ("-startdate", "20200101000000Z", "-enddate", "20200102000000Z"))


def tls_options(work):
    return ("--tls-cert", os.path.join(work, "server.pem"), "--tls-key", os.path.join(work, "server.key"))
