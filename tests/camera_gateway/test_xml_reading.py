import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.xml_reading import read_xml, text_of


def test_names_are_told_without_their_namespaces() -> None:
    root = read_xml(
        b'<a:x xmlns:a="urn:1" xmlns:b="urn:2" b:k="v"> <b:y> text </b:y><!-- n --><z/></a:x>'
    )
    assert (root.tag, root.attrib) == ("x", {"k": "v"})
    assert text_of(root, "y") == "text"
    assert text_of(root, "z") == ""
    assert text_of(root, "y/none") == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_encodings(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?><x>北山</x>'.encode(encoding)
    assert text_of(read_xml(b"<w>" + b"</w>"), "") == ""
    assert (read_xml(declared).text or "") == "北山"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no XML"),
        (b"<a>", "no XML"),
        (b"<a/><b/>", "no XML"),
        (b"<u:a/>", "no XML"),
        (b"<a>&nbsp;</a>", "no XML"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "no XML"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type"),
        (b"<a>" * 65 + b"</a>" * 65, "nested"),
        (b"<a>" + b" " * 1_000_000 + b"</a>", "bytes"),
    ],
)
def test_what_is_not_read(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_xml(data)


@given(st.binary(max_size=200))
def test_rubbish_is_a_value_error(data: bytes) -> None:
    try:
        read_xml(b"<a>" + data + b"</a>")
    except ValueError:
        return
