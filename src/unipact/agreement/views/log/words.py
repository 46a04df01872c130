"""What is said of keys, signed notes and cosignatures that are wrong, collected for translation.

Services and formats speak English, since programs and the command line read them too.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

KEYS_SAID = (
    gettext_noop("it is too large for a file of keys"),
    gettext_noop("it is no text"),
    gettext_noop("a second key for the same use"),
    gettext_noop("a file of keys holds one consent key and one cosign key"),
    gettext_noop("Make keys with `unipact key new`."),
    gettext_noop("a key is written name+hash+base64"),
    gettext_noop("this is no Ed25519 key: its length, encoding or order"),
    gettext_noop("its hash is not that of the key"),
    gettext_noop("it begins with PRIVATE+KEY+"),
    gettext_noop("it is a key of %(party)s"),
    gettext_noop("a key to %(use)s is of type %(type)s"),
    gettext_noop("this key is in use already"),
    gettext_noop("it is not the line of this request"),
    gettext_noop("Sign the file of the request."),
    gettext_noop("it has %(n)s signatures, not one"),
    gettext_noop("it is signed by %(one)s, not by the key %(other)s"),
    gettext_noop("the signature of %(name)s does not verify"),
    gettext_noop("no empty line parts its text from its signatures"),
    gettext_noop("its last line does not end with a line feed"),
    gettext_noop("it is a dash, a name and base64, with one space each"),
    gettext_noop("the key of this party is not inside: sign the request where the key is"),
    gettext_noop("it is no signature line of a note: %(why)s"),
    gettext_noop("it is by the key %(one)s, not by %(other)s"),
    gettext_noop("its time is more than ten minutes from the server's"),
    gettext_noop("it does not verify on any of the last checkpoints of this log"),
    gettext_noop("this key took its place after that checkpoint"),
    gettext_noop("%(party)s has cosigned size %(n)s already"),
    gettext_noop("the log of this agreement was founded already"),
    gettext_noop("no version of this agreement is in force"),
)
