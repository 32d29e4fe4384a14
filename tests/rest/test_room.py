"""Where the pieces end that the parser is fed."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_app.rest.room import Room

pytestmark = pytest.mark.unmeasured
LIMIT = 1000

CONTENT = st.one_of(st.binary(min_size=1, max_size=40), st.sampled_from([b"\r\n\r\n", b"0\r\n\r\n", b"\r\n" * 20]))
FIELDS = st.sampled_from([b"", b"a: b\r\n", b"0: 0\r\nc:\r\n"])
EXTENSION = st.sampled_from([b"", b"; a=b", b' ; a="0"'])
CUTS = st.sets(st.integers(1, 600), max_size=12)


@st.composite
def chunked_bodies(draw: st.DrawFn) -> bytes:
    """Return a chunked body."""
    chunks = [
        draw(st.sampled_from([b"%x", b"%X", b"00%x"])) % len(content) + draw(EXTENSION) + b"\r\n" + content + b"\r\n"
        for content in draw(st.lists(CONTENT, max_size=8))
    ]
    return b"".join([*chunks, draw(st.sampled_from([b"0", b"000"])), draw(EXTENSION), b"\r\n", draw(FIELDS), b"\r\n"])


def ends(room: Room, data: bytes, cuts: set[int]) -> set[int]:
    """Return where pieces end, counted from the beginning, if the data arrives in these parts."""
    found = set()
    for begin, end in pairwise([0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]):
        start = 0
        while start < end - begin:
            start = room.end_of_piece(data[begin:end], start)
            found.add(begin + start)
    return found


@given(body=chunked_bodies(), cuts=CUTS)
def test_a_piece_ends_where_a_chunked_body_ends(body: bytes, cuts: set[int]) -> None:
    room = Room(LIMIT)
    room.begin_body([(b"transfer-encoding", b"chunked")])
    assert len(body) in ends(room, body + b"0\r\n\r\n", cuts)
    assert room.left > 0


@settings(max_examples=30)
@given(content=CONTENT, cuts=CUTS)
def test_a_piece_ends_where_content_of_a_known_length_ends(content: bytes, cuts: set[int]) -> None:
    room = Room(LIMIT)
    room.begin_body([(b"content-length", b"%d" % len(content))])
    found = set()
    for begin, end in pairwise([0, *sorted(cut for cut in cuts if cut < len(content)), len(content)]):
        found.add(begin + room.end_of_piece(content[begin:end] + b"a" * (end == len(content)), 0))
    assert len(content) in found
    assert room.left == LIMIT


@settings(max_examples=30)
@given(fields=FIELDS, blank_lines=st.sampled_from([b"", b"\r\n", b"\r\n\r\n\r\n"]), cuts=CUTS)
def test_a_piece_ends_where_a_head_ends(fields: bytes, blank_lines: bytes, cuts: set[int]) -> None:
    head = blank_lines + b"GET / HTTP/1.1\r\n" + fields + b"\r\n"
    room = Room(LIMIT)
    assert len(head) in ends(room, head + b"GET / HTTP/1.1\r\n\r\n", cuts)


@settings(max_examples=30)
@given(cuts=CUTS)
def test_no_piece_takes_more_than_the_room(cuts: set[int]) -> None:
    for is_in_body, data in ((False, b"a" * 5000), (True, b"1;" + b"a" * 5000), (True, b"0\r\n" + b"a: b\r\n" * 900)):
        room = Room(LIMIT)
        if is_in_body:
            room.begin_body([])
        taken = 0
        for begin, end in pairwise([0, *sorted(cuts), len(data)]):
            if room.left:
                taken += room.end_of_piece(data[begin:end], 0)
        assert (taken, room.left) == (LIMIT, 0)
