"""The episode's certificate authority: a leaf certificate for any name. Its key exists in memory only."""

import datetime
import ipaddress
import os
import ssl
from collections import OrderedDict

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONTEXT_LIMIT = 128
"""Names whose TLS contexts are kept."""
DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates for whatever name a client asks for."""

    def __init__(self, organisation, now):
        """Make the authority.

        Args:
            organisation: Domain it seems to belong to, as a company's own inspection of TLS would.
            now: Date of the world; certificates are valid on it and on the machine's own date.
        """
        real = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        now = now.astimezone(datetime.UTC).replace(tzinfo=None)
        self._first, self._last = min(real, now), max(real, now)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._organisation = organisation
        self._name = self._subject(f"{organisation} Root CA"[:64])
        self._certificate = self._sign(self._name, self._key, None, 365)
        self._leaf_pem = self._leaf_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._contexts = OrderedDict()

    @property
    def certificate(self):
        """The authority's certificate, PEM text."""
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def context(self, name):
        """Return the TLS context for a name or address; who asks for another name gets that one's certificate."""
        name = name.lower().rstrip(".")
        found = self._contexts.get(name)
        if found is None:
            found = self._contexts[name] = self._context(name)
            if len(self._contexts) > CONTEXT_LIMIT:
                self._contexts.popitem(last=False)
        self._contexts.move_to_end(name)
        return found

    def _choose(self, connection, name, _):
        """Take the certificate for the name a client asks for, and leave the name on the connection."""
        if name:
            connection.asked_name = name
            try:
                connection.context = self.context(name)
            except ValueError:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return None

    def _context(self, name):
        leaf = self._sign(self._subject(name[:64]), self._leaf_key, name, 30)
        pem = self._leaf_pem + leaf.public_bytes(serialization.Encoding.PEM) + self.certificate.encode()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2", "http/1.1"])
        context.sni_callback = self._choose
        # The module reads keys from files only; this one has no name and lives in memory.
        file = os.memfd_create("leaf", os.MFD_CLOEXEC)
        try:
            os.write(file, pem)
            context.load_cert_chain(f"/proc/self/fd/{file}")
        finally:
            os.close(file)
        return context

    def _subject(self, common):
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, self._organisation[:64]),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    def _sign(self, subject, key, name, days):
        authority = name is None
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._first - days * DAY)
            .not_valid_after(self._last + 2 * days * DAY)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(True, False, False, False, False, authority, authority, False, False), critical=True
            )
        )
        if not authority:
            try:
                alternative = x509.IPAddress(ipaddress.ip_address(name))
            except ValueError:
                alternative = x509.DNSName(name)
            builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.sign(self._key, hashes.SHA256())
