"""What servers of other protocols say first, and to a log-in: enough for a client to show what it came to send."""

MAIL_PORTS = (25, 465, 587, 2525)

BANNERS = {
    21: b"220 (vsFTPd 3.0.3)\r\n",
    22: b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    23: b"\r\nlogin: ",
    110: b"+OK POP3 server ready\r\n",
    143: b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] IMAP server ready\r\n",
    6667: b":irc.server NOTICE * :*** Looking up your hostname...\r\n",
}
"""First words by port."""

SECURE_BANNERS = {990: BANNERS[21], 993: BANNERS[143], 995: BANNERS[110]}
"""First words by port, after the TLS handshake."""

FTP = {
    b"USER": b"331 Please specify the password.\r\n",
    b"PASS": b"530 Login incorrect.\r\n",
    b"QUIT": b"221 Goodbye.\r\n",
    b"SYST": b"215 UNIX Type: L8\r\n",
}


def answer(port, data):
    """Return what a server would answer to what was sent; empty for silence.

    Args:
        port: Port of the connection.
        data: What was sent last.
    """
    word, _, rest = data.strip().partition(b" ")
    if port in (21, 990):
        return FTP.get(word.upper(), b"530 Please login with USER and PASS.\r\n")
    if port in (110, 995):
        return b"+OK\r\n" if word.upper() in (b"USER", b"QUIT", b"CAPA") else b"-ERR authentication failed\r\n"
    if port in (143, 993):
        if rest.strip().upper() == b"CAPABILITY":
            return b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + word[:40] + b" OK completed\r\n"
        return word[:40] + b" NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"
    if port == 23:
        return b"Password: "
    return b""
