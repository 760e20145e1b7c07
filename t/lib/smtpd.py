"""smtpd: aiosmtpd as a mail server, for CT::Mailbox.

smtpd.py PORT DIR CERTIFICATE KEY [USER PASSWORD]

With a certificate ("-": none) it offers STARTTLS and takes nothing without;
with a user it wants that password first. Each mail goes to DIR/N.eml as it
came, and what the envelope said to DIR/N.json; who wanted to log in with
what to DIR/logins. While there is a file DIR/hang, a mail gets no answer. To
recipients named in DIR/refuse, {address: reply} in JSON, it says that.
"""

import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

port, directory, certificate, key = sys.argv[1:5]
login = [word.encode() for word in sys.argv[5:7]]


def path(name):
    return os.path.join(directory, name)


class Box:
    def __init__(self):
        self.n = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        refuse = {}

        if os.path.exists(path('refuse')):
            with open(path('refuse')) as file:
                refuse = json.load(file)

        if address in refuse:
            return refuse[address]

        envelope.rcpt_tos.append(address)

        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        while os.path.exists(path('hang')):
            await asyncio.sleep(0.1)

        name = path('%04d' % self.n)
        self.n += 1

        with open(name + '.json', 'w') as file:
            json.dump({'from': envelope.mail_from, 'to': envelope.rcpt_tos,
                       'tls': session.ssl is not None,
                       'authenticated': bool(session.authenticated)}, file)

        with open(name + '.tmp', 'wb') as file:
            file.write(envelope.original_content)

        os.rename(name + '.tmp', name + '.eml')

        return '250 OK'


def authenticate(server, session, envelope, mechanism, data):
    with open(path('logins'), 'a') as file:
        print(mechanism, data.login.decode(), data.password.decode(),
              file=file)

    return AuthResult(success=[data.login, data.password] == login,
                      handled=False)


def context():
    if certificate == '-':
        return None

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)

    return tls


async def serve():
    box = Box()
    tls = context()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname='mail.test', tls_context=tls,
                     require_starttls=tls is not None,
                     auth_required=bool(login), auth_require_tls=True,
                     authenticator=authenticate, loop=loop),
        host='127.0.0.1', port=int(port))

    async with server:
        await server.serve_forever()


asyncio.run(serve())
