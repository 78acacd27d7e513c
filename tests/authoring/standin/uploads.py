"""What an uploaded form holds; the canonical request has only the file's digest."""

from email.parser import BytesParser

from oaiworkbook.practice.server import Served


def uploaded(served: Served) -> tuple[str, bytes]:
    """Name and content of the file in a form."""
    head = f"Content-Type: {served.headers['content-type']}\r\n\r\n".encode()
    for part in BytesParser().parsebytes(head + served.raw).walk():
        name, content = part.get_filename(), part.get_payload(decode=True)
        if name is not None and isinstance(content, bytes):
            return name, content
    raise ValueError("an upload without a file")
