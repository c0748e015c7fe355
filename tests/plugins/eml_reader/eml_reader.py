"""An e-mail in, one Document out: the subject as headline, the plain text below it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser

from kg_builder.errors import InputError
from kg_builder.model import Block, Document, MetaValue, Span
from kg_builder.plugins import RawInput


class EmlReader:
    """Reads e-mails: one file, one document."""

    name = "eml"
    suffixes = frozenset({".eml"})
    media_types = frozenset({"message/rfc822"})

    def sniff(self, head: bytes) -> bool:
        """Whether `head` begins with headers of an e-mail."""
        return head.startswith((b"Received: ", b"Return-Path: ", b"MIME-Version: "))

    def read(self, raw: RawInput) -> Iterator[Document]:
        """The one document in an e-mail. Raises InputError for one without plain text."""
        mail = BytesParser(policy=policy.default).parsebytes(raw.data)
        part = mail.get_body(preferencelist=("plain",))
        body = part.get_content().strip() if part is not None else ""
        if not body:
            raise InputError(f"{raw.name}: the e-mail holds no plain text; save its text as .txt")
        title = " ".join(str(mail["subject"] or "").split())
        values = [
            MetaValue("headline", title, "record"),
            MetaValue(
                "author", mail["from"].addresses[0].display_name if mail["from"] else "", "record"
            ),
            MetaValue(
                "datePublished", mail["date"].datetime.isoformat() if mail["date"] else "", "record"
            ),
        ]
        parts = [title, *(" ".join(p.split()) for p in body.split("\n\n"))]
        blocks, offset = [], 0
        for number, text in enumerate(parts):
            role = "paragraph" if number else "headline"
            blocks.append(Block(role, Span(offset, offset + len(text))))
            offset += len(text) + 2
        yield Document(
            source_name=raw.name,
            media_type="message/rfc822",
            content_hash="sha256:" + hashlib.sha256(raw.data).hexdigest(),
            text="\n\n".join(parts),
            metadata=tuple(value for value in values if value.value),
            blocks=tuple(blocks),
            extractor="eml-reader 0.1.0",
        )
