//! What is written as text.

use camino::Utf8PathBuf;
use ipnet::{IpNet, Ipv4Net};
use semver::{Version, VersionReq};
use smol_str::SmolStr;
use url::Url;

crate::echoes! {
    version version_ref: Version;
    wanted wanted_ref: VersionReq;
    url url_ref: Url;
    net net_ref: IpNet;
    net_v4 net_v4_ref: Ipv4Net;
    smol smol_ref: SmolStr;
    compact compact_ref: compact_str::CompactString;
    eco eco_ref: ecow::EcoString;
    heapless heapless_ref: heapless::String<8>;
    bytes bytes_ref: bstr::BString;
    short short_ref: arrayvec::ArrayString<8>;
    path path_ref: Utf8PathBuf;
}
