//! Text and bytes under other names, and what is text in Python.

use super::Mapping;

/// Text: its own `Display`, and its own parser.
macro_rules! parsed {
    ($krate:literal, $name:literal, $form:literal) => {
        Mapping::value(
            $krate,
            $name,
            concat!(
                "[], [], $::",
                $name,
                ", ",
                $form,
                ", |value| Ok(::std::convert::From::from(::std::string::ToString::to_string(value))),
                |form| __uc::twins::made(::std::string::String::from(form).parse())"
            ),
        )
    };
}

/// A string under another name: made from text of any length.
macro_rules! string {
    ($krate:literal, $name:literal) => {
        Mapping::value(
            $krate,
            $name,
            concat!(
                "[], [], $::",
                $name,
                ", ::std::string::String, |value| Ok(::std::string::ToString::to_string(value)),
                |form| Ok(<$::",
                $name,
                " as ::std::convert::From<&str>>::from(&form))"
            ),
        )
    };
}

pub(super) const ALL: &[Mapping] = &[
    parsed!("url", "Url", "::std::string::String"),
    parsed!("mime", "Mime", "::std::string::String"),
    parsed!("semver", "Version", "::std::string::String"),
    parsed!("semver", "VersionReq", "::std::string::String"),
    parsed!("toml_datetime", "Datetime", "::std::string::String"),
    parsed!("ipnet", "IpNet", "__uc::twins::Network"),
    parsed!("ipnet", "Ipv4Net", "__uc::twins::Network"),
    parsed!("ipnet", "Ipv6Net", "__uc::twins::Network"),
    parsed!("ipnetwork", "IpNetwork", "__uc::twins::Network"),
    parsed!("ipnetwork", "Ipv4Network", "__uc::twins::Network"),
    parsed!("ipnetwork", "Ipv6Network", "__uc::twins::Network"),
    string!("smol_str", "SmolStr"),
    string!("compact_str", "CompactString"),
    string!("ecow", "EcoString"),
    string!("arcstr", "ArcStr"),
    string!("bytestring", "ByteString"),
    Mapping::value(
        "smartstring",
        "SmartString",
        "[M: $::SmartStringMode], [], $::SmartString<M>, ::std::string::String,
        |value| Ok(::std::string::ToString::to_string(value)),
        |form| Ok($::SmartString::from(form))",
    ),
    Mapping::value(
        "arrayvec",
        "ArrayString",
        "[const CAP: usize], [], $::ArrayString<CAP>, ::std::string::String,
        |value| Ok(::std::string::ToString::to_string(value)),
        |form| __uc::twins::made($::ArrayString::from(&form))",
    ),
    Mapping::value(
        "heapless",
        "String",
        "[const N: usize], [], $::String<N>, ::std::string::String,
        |value| Ok(::std::string::ToString::to_string(value)),
        |form| __uc::twins::within(::std::convert::TryFrom::try_from(&*form).ok(), \"heapless::String\")",
    ),
    Mapping::value(
        "bstr",
        "BString",
        "[], [], $::BString, ::std::vec::Vec<u8>, |value| Ok(value.to_vec()), |form| Ok($::BString::from(form))",
    ),
    Mapping::value(
        "serde_bytes",
        "ByteBuf",
        "[], [], $::ByteBuf, ::std::vec::Vec<u8>, |value| Ok(value.to_vec()), |form| Ok($::ByteBuf::from(form))",
    ),
    Mapping::value(
        "camino",
        "Utf8PathBuf",
        "[], [], $::Utf8PathBuf, ::std::path::PathBuf, |value| Ok(value.clone().into_std_path_buf()),
        |form| __uc::twins::within($::Utf8PathBuf::from_path_buf(form).ok(), \"camino::Utf8PathBuf\")",
    ),
];
