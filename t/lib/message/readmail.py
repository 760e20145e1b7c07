"""readmail: a mail as Python's parser reads it, as JSON, for t/ct_message.t.

readmail.py FILE
"""

import email
import email.policy
import json
import sys

with open(sys.argv[1], 'rb') as file:
    mail = email.message_from_binary_file(file, policy=email.policy.default)

parts = list(mail.walk())

json.dump({
    'headers': [[name, str(value)] for name, value in mail.items()],
    'from': [a.addr_spec for a in mail['From'].addresses],
    'to': [a.addr_spec for a in mail['To'].addresses],
    'date': mail['Date'].datetime.isoformat(),
    'subject': str(mail['Subject']),
    'types': [part.get_content_type() for part in parts],
    'defects': [repr(d) for part in parts for d in part.defects]
               + [repr(d) for value in mail.values()
                  for d in getattr(value, 'defects', [])],
    'text': mail.get_body(('plain',)).get_content(),
    'html': mail.get_body(('html',)).get_content(),
}, sys.stdout)
