//! Addresses of sites as people type them.

use super::domain::canonical_domain;

/// The domain of an address of a site or of a mailbox: `acme.com` of `https://WWW.acme.com:8443/x?y=1` and of
/// `info@acme.com`.
pub(crate) fn site_domain(address: &str) -> Option<String> {
    let address = address.trim();
    let host = address.rsplit_once("://").map_or(address, |(_, host)| host);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default().to_lowercase();
    canonical_domain(host.strip_prefix("www.").unwrap_or(&host)).ok()
}
