//! The wire reader and writer, against the MessagePack specification.

use usecrate_runtime::error::{Fault, Refused};
use usecrate_runtime::wire::{MAX_DEPTH, Reader, Token, Writer, deeper};

fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    write(&mut writer);
    writer.into_bytes()
}

fn only<'r>(bytes: &'r [u8]) -> Token<'r> {
    let reader = Reader::new(bytes);
    let token = reader.next().expect("a whole value");
    assert!(reader.at_end(), "{bytes:02x?} has more than one value");
    token
}

#[test]
fn integers_take_the_shortest_form_and_come_back() {
    let edges: &[(i64, usize)] = &[
        (0, 1),
        (127, 1),
        (128, 2),
        (255, 2),
        (256, 3),
        (65535, 3),
        (65536, 5),
        (4_294_967_295, 5),
        (4_294_967_296, 9),
        (i64::MAX, 9),
        (-1, 1),
        (-32, 1),
        (-33, 2),
        (-128, 2),
        (-129, 3),
        (-32768, 3),
        (-32769, 5),
        (-2_147_483_648, 5),
        (-2_147_483_649, 9),
        (i64::MIN, 9),
    ];
    for (value, length) in edges {
        let bytes = written(|writer| writer.int(*value));
        assert_eq!(bytes.len(), *length, "{value}");
        assert_eq!(only(&bytes), Token::Int(i128::from(*value)));
    }
    assert_eq!(
        only(&written(|writer| writer.uint(u64::MAX))),
        Token::Int(i128::from(u64::MAX))
    );
}

#[test]
fn integers_are_read_in_every_form() {
    for bytes in [
        &[0xcc_u8, 5][..],
        &[0xcd, 0, 5],
        &[0xce, 0, 0, 0, 5],
        &[0xcf, 0, 0, 0, 0, 0, 0, 0, 5],
        &[0xd0, 5],
        &[0xd1, 0, 5],
        &[0xd2, 0, 0, 0, 5],
        &[0xd3, 0, 0, 0, 0, 0, 0, 0, 5],
        &[5],
    ] {
        assert_eq!(only(bytes), Token::Int(5));
    }
}

#[test]
fn big_integers_are_little_endian_twos_complement() {
    let bytes = written(|writer| writer.big(-(1_i128 << 100)));
    assert_eq!(bytes[..2], [0xd8, 4]);
    assert_eq!(bytes[2..], (-(1_i128 << 100)).to_le_bytes());
    let bytes = written(|writer| writer.big_unsigned(u128::MAX));
    assert_eq!(bytes[..3], [0xc7, 17, 4]);
    assert_eq!(bytes[3..19], [0xff; 16]);
    assert_eq!(bytes[19], 0, "an unsigned value keeps a clear sign");
    assert_eq!(written(|writer| writer.big(7)), [7]);
}

#[test]
fn text_bytes_and_containers_at_every_header() {
    for length in [0, 1, 15, 16, 31, 32, 255, 256, 65535, 65536] {
        let text = "x".repeat(length);
        assert_eq!(
            only(&written(|writer| writer.str(&text))),
            Token::Str(text.as_bytes())
        );
        assert_eq!(
            only(&written(|writer| writer.bin(text.as_bytes()))),
            Token::Bin(text.as_bytes())
        );
        let mut list = written(|writer| writer.array(length));
        let mut map = written(|writer| writer.map(length));
        let (list_header, map_header) = (list.len(), map.len());
        list.extend(vec![0xc0; length]);
        map.extend(vec![0xc0; length * 2]);
        let (list, map) = (Reader::new(&list), Reader::new(&map));
        assert_eq!(list.next().unwrap(), Token::Array(length));
        assert_eq!(map.next().unwrap(), Token::Map(length));
        assert_eq!((list.position(), map.position()), (list_header, map_header));
    }
}

#[test]
fn extensions_of_every_length() {
    for length in [1_usize, 2, 3, 4, 8, 12, 16, 17, 255] {
        let data = vec![7; length];
        assert_eq!(
            only(&written(|writer| writer.ext(-3, &data))),
            Token::Ext(-3, &data)
        );
    }
}

#[test]
fn floats_keep_their_bits() {
    for value in [0.0, -0.0, 1.5, f64::INFINITY, f64::MIN_POSITIVE] {
        assert_eq!(only(&written(|writer| writer.f64(value))), Token::Float(value));
    }
    assert_eq!(
        only(&written(|writer| writer.f32(0.1))),
        Token::Float(f64::from(0.1_f32))
    );
}

#[test]
fn a_length_beyond_the_request_is_refused_before_anything_else() {
    for bytes in [
        &[0xdd_u8, 0xff, 0xff, 0xff, 0xff][..],
        &[0xdf, 0xff, 0xff, 0xff, 0xff],
        &[0xdb, 0xff, 0xff, 0xff, 0xff],
        &[0xc6, 0xff, 0xff, 0xff, 0xff, 0],
        &[0xc9, 0xff, 0xff, 0xff, 0xff, 1],
        &[0x92, 0xc0],
        &[0x81, 0xc0],
        &[0xa2, b'a'],
        &[0xcf, 0],
        &[0xd8, 1, 0],
        &[0xc1],
        &[],
    ] {
        let error = Reader::new(bytes).next().unwrap_err();
        assert!(
            matches!(&error, Fault::Refused(why) if matches!(**why, Refused::Request { .. })),
            "{bytes:02x?}: {error:?}"
        );
    }
}

#[test]
fn skipping_takes_a_whole_value_and_not_more_depth_than_allowed() {
    let bytes = [
        0x92, 0x93, 0xa1, b'a', 0x81, 0x01, 0xc3, 0xc4, 0x01, 0x00, 0x05, 0x2a,
    ];
    let reader = Reader::new(&bytes);
    reader.skip().unwrap();
    assert_eq!(reader.next().unwrap(), Token::Int(0x2a));
    let nested = |levels: u32| [vec![0x91; levels as usize], vec![0xc0]].concat();
    Reader::new(&nested(MAX_DEPTH)).skip().unwrap();
    Reader::new(&nested(MAX_DEPTH + 1)).skip().unwrap_err();
    assert_eq!(deeper(1).unwrap(), 0);
    deeper(0).unwrap_err();
}
