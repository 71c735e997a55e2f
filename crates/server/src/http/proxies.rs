//! Whom a request comes from, where it comes through proxies: what a proxy says of it, and nobody else.
//!
//! Each proxy adds the address that it was asked from at the right. What stands left of the first address that is not that of
//! a trusted proxy was sent by whoever has that address, and counts for nothing.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName, header};

/// So many addresses are looked at.
const MAX_HOPS: usize = 32;

/// Addresses that begin alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoNetwork(String);

impl fmt::Display for NoNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoNetwork {}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let wrong = || {
            NoNetwork(format!(
                "`{text}` is no network: give it as `10.1.0.0/16`, `2001:db8::/32` or one address"
            ))
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = prefix.map_or(Ok(longest), str::parse).map_err(|_| wrong())?;
        if prefix > longest {
            return Err(wrong());
        }
        let prefix = prefix.saturating_sub(mapped_bits(address));
        if prefix == 0 {
            return Err(NoNetwork(format!(
                "`{text}` is everybody: then anybody could claim any address; name the proxies alone"
            )));
        }
        Ok(Self { address: address.to_canonical(), prefix })
    }
}

/// The bits that an address of version 4 has in front of it where it is written as one of version 6.
fn mapped_bits(address: IpAddr) -> u8 {
    if address.is_ipv6() && address.to_canonical().is_ipv4() { 96 } else { 0 }
}

impl Network {
    /// Whether an address, in its canonical form, belongs to it.
    fn contains(self, address: IpAddr) -> bool {
        let differs = match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(other)) => u128::from(ours.to_bits() ^ other.to_bits()) << 96,
            (IpAddr::V6(ours), IpAddr::V6(other)) => ours.to_bits() ^ other.to_bits(),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        differs.leading_zeros() >= u32::from(self.prefix)
    }
}

/// Where the proxies write whom a request comes from. Just one is read: a proxy passes the other one on as a client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`: addresses, separated by commas.
    #[default]
    XForwardedFor,
    /// `Forwarded` of RFC 7239: `for=` in each element.
    Forwarded,
}

/// The proxies whose word is taken.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// Where they are.
    pub networks: Vec<Network>,
    /// Where they write.
    pub header: ProxyHeader,
}

impl Proxies {
    /// The address that a request comes from.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        let name = match self.header {
            ProxyHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            ProxyHeader::Forwarded => header::FORWARDED,
        };
        let lines = headers.get_all(name).into_iter().rev();
        let elements = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for element in elements.take(MAX_HOPS) {
            if !self.trusts(nearest) {
                break;
            }
            // What a trusted proxy wrote and nobody can read tells nothing, nor does what is left of it.
            let Some(address) = std::str::from_utf8(element).ok().and_then(|text| self.address(text)) else {
                break;
            };
            nearest = address;
        }
        nearest
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// The address in an element of the header.
    fn address(&self, element: &str) -> Option<IpAddr> {
        let node = match self.header {
            ProxyHeader::XForwardedFor => element.trim(),
            ProxyHeader::Forwarded => {
                let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
                let mut nodes = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
                let (_, node) = nodes.next()?;
                let node = node.trim();
                node.strip_prefix('"').and_then(|node| node.strip_suffix('"')).unwrap_or(node)
            }
        };
        let bare = node.strip_prefix('[').and_then(|node| node.strip_suffix(']')).unwrap_or(node);
        let address = bare.parse().ok().or_else(|| node.parse().ok().map(|socket: SocketAddr| socket.ip()));
        address.map(|address| address.to_canonical())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(header: ProxyHeader, peer: &str, lines: &[&str]) -> String {
        let networks =
            ["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7"].map(|network| network.parse().unwrap()).into();
        let name = match header {
            ProxyHeader::XForwardedFor => "X-Forwarded-For",
            ProxyHeader::Forwarded => "Forwarded",
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            let name = HeaderName::try_from(name).unwrap();
            headers.append(name, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        Proxies { networks, header }.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[track_caller]
    fn check(peer: &str, lines: &[&str], expected: &str) {
        assert_eq!(client(ProxyHeader::XForwardedFor, peer, lines), expected, "{lines:?}");
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_counts() {
        check("10.0.0.1", &["203.0.113.9"], "203.0.113.9");
        check("10.0.0.1", &["198.51.100.1, 203.0.113.9"], "203.0.113.9");
        check("10.0.0.1", &["198.51.100.1, 203.0.113.9, 10.2.3.4,192.0.2.7"], "203.0.113.9");
        check("10.0.0.1", &["198.51.100.1", "203.0.113.9", "10.2.3.4"], "203.0.113.9");
        check("10.0.0.1", &["10.2.3.4"], "10.2.3.4");
        check("10.0.0.1", &[], "10.0.0.1");
        check("::ffff:10.0.0.1", &["::ffff:203.0.113.9"], "203.0.113.9");
        check("2001:db8:1::5", &["[2001:db8:2::1]:4711"], "2001:db8:2::1");
        check("2001:db8:1::5", &["[2001:db8:2::1]"], "2001:db8:2::1");
        check("2001:db8:1::5", &["2001:db8:2::1 , 10.9.9.9:80"], "2001:db8:2::1");
    }

    #[test]
    fn nobody_else_is_believed() {
        check("203.0.113.1", &["198.51.100.1"], "203.0.113.1");
        check("192.0.2.8", &["198.51.100.1"], "192.0.2.8");
        check("2001:db8:2::1", &["198.51.100.1"], "2001:db8:2::1");
        let no_proxies = Proxies::default();
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("198.51.100.1"));
        assert_eq!(no_proxies.client("127.0.0.1".parse().unwrap(), &headers).to_string(), "127.0.0.1");
        // Proxies that write the one header pass the other on.
        assert_eq!(client(ProxyHeader::Forwarded, "10.0.0.1", &[]), "10.0.0.1");
        headers.append(header::FORWARDED, HeaderValue::from_static("for=203.0.113.9"));
        let one = Proxies { networks: vec!["10.0.0.0/8".parse().unwrap()], header: ProxyHeader::Forwarded };
        assert_eq!(one.client("10.0.0.1".parse().unwrap(), &headers).to_string(), "203.0.113.9");
    }

    #[test]
    fn what_cannot_be_read_ends_the_way() {
        for garbage in [
            "",
            ",",
            " ",
            "unknown",
            "1.2.3",
            "1.2.3.4.5",
            "999.1.1.1",
            "[::1",
            "::1]:x",
            "1.2.3.4:",
            "é",
            "%00",
        ] {
            check("10.0.0.1", &[&format!("203.0.113.9, {garbage}")], "10.0.0.1");
            check("10.0.0.1", &[&format!("203.0.113.9, {garbage}, 10.5.5.5")], "10.5.5.5");
        }
        let long = "x".repeat(60_000);
        check("10.0.0.1", &[&format!("{long}, 203.0.113.9")], "203.0.113.9");
        check("10.0.0.1", &[&format!("203.0.113.9, {long}")], "10.0.0.1");
        let many = "10.1.1.1, ".repeat(10_000) + "10.1.1.2";
        check("10.0.0.1", &[&format!("203.0.113.9, {many}")], "10.1.1.1");
    }

    #[test]
    fn the_standard_header_is_read_as_well() {
        let check = |lines: &[&str], expected: &str| {
            assert_eq!(client(ProxyHeader::Forwarded, "10.0.0.1", lines), expected, "{lines:?}");
        };
        check(&["for=203.0.113.9"], "203.0.113.9");
        check(&["proto=https;For=\"[2001:db8:2::1]:4711\";by=10.0.0.1"], "2001:db8:2::1");
        check(&["for=198.51.100.1, for=203.0.113.9;proto=http, for=10.3.3.3"], "203.0.113.9");
        check(&["for=\"203.0.113.9:80\""], "203.0.113.9");
        // A quotation mark that a client leaves open does not swallow what the proxy wrote.
        check(&["for=\"198.51.100.1, for=203.0.113.9"], "203.0.113.9");
        for hidden in ["for=unknown", "for=_hidden", "by=203.0.113.9", "203.0.113.9", "for=", "for=\""] {
            check(&[hidden], "10.0.0.1");
        }
    }

    #[test]
    fn networks_are_read_as_they_are_meant() {
        let contains = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse::<IpAddr>().unwrap().to_canonical())
        };
        assert!(contains("10.1.0.0/16", "10.1.255.255") && !contains("10.1.0.0/16", "10.2.0.0"));
        assert!(contains("10.1.2.3", "10.1.2.3") && !contains("10.1.2.3", "10.1.2.2"));
        assert!(contains("::ffff:10.1.0.0/112", "10.1.9.9") && !contains("::ffff:10.1.0.0/112", "10.2.0.1"));
        assert!(
            contains("2001:db8::/33", "2001:db8:7fff::1") && !contains("2001:db8::/33", "2001:db8:8000::1")
        );
        assert!(!contains("128.0.0.0/1", "8000::1"));
        for wrong in
            ["", "10.1/16", "10.1.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/x", "proxy", "10.0.0.0/8/8"]
        {
            assert!(wrong.parse::<Network>().unwrap_err().to_string().contains("is no network"), "{wrong}");
        }
        for everybody in ["0.0.0.0/0", "::/0", "::ffff:10.0.0.0/96"] {
            assert!(everybody.parse::<Network>().unwrap_err().to_string().contains("is everybody"));
        }
    }
}
