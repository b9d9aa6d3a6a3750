//! Mail domains: canonical form, sub-domains, public providers, likely typos.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::email_fault::EmailFault;
use super::punycode;
use super::scan::is_invisible;
use crate::text::similarity::osa;

/// Octets of a label and of a whole name (RFC 1035).
const MAX_LABEL: usize = 63;
const MAX_DOMAIN: usize = 253;
/// No name has more characters than this in any spelling; longer text is not normalised at all.
const MAX_TYPED: usize = 1024;

/// Top-level names that never resolve (RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 9476).
const RESERVED: [&str; 9] =
    ["alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"];

/// Domains of public providers and carriers, where anybody may have a mailbox, sorted. They do not show the sender's
/// company, and they are no evidence against the sender, though public lists of disposable domains hold many of them.
#[rustfmt::skip]
const PUBLIC: [&str; 366] = [
    "10086.cn", "126.com", "133sh.com", "139.com", "163.com", "163.net", "165net.com", "188.com", "189.cn",
    "189.com", "21cn.com", "263.com.cn", "263.net", "2980.com", "88.com", "abv.bg", "aim.com", "alice.de",
    "alice.it", "aliyun.com", "aol.com", "aon.at", "apollo.lv", "arcor.de", "arnet.com.ar", "asahi-net.or.jp",
    "asia.com", "atlas.cz", "att.net", "au.com", "auone-net.jp", "autorambler.ru", "azet.sk",
    "batelco.com.bh", "bbox.fr", "belgacom.net", "bell.net", "bellsouth.net", "biglobe.ne.jp", "bigmir.net",
    "bigpond.com", "bigpond.net.au", "biznetvigator.com", "bk.ru", "bluewin.ch", "blueyonder.co.uk",
    "bol.com.br", "bora.net", "bredband.net", "bsnl.in", "btinternet.com", "cableone.net", "cantv.net",
    "centrum.cz", "centrum.sk", "centurylink.net", "charter.net", "chello.at", "china.com", "chinamail.com",
    "chinaren.com", "chol.com", "citiz.net", "citromail.hu", "ciudad.com.ar", "clicknet.ro", "clix.pt",
    "club-internet.fr", "cogeco.ca", "comcast.net", "comhem.se", "consultant.com", "contractor.net",
    "cox.net", "ctemplar.com", "ctmail.com", "daum.net", "dion.ne.jp", "disroot.org", "dnainternet.net",
    "docomo.ne.jp", "dodo.com.au", "dreamwiz.com", "duck.com", "earthlink.net", "eim.ae", "eircom.net",
    "elisanet.fi", "email.com", "email.cz", "emirates.net.ae", "emobile.ne.jp", "empal.com", "engineer.com",
    "entelchile.net", "eonet.ne.jp", "etang.com", "europe.com", "excite.co.jp", "excite.com", "eyou.com",
    "ezweb.ne.jp", "fibertel.com.ar", "forthnet.gr", "foxmail.com", "fpt.vn", "free.fr", "freechal.com",
    "freemail.hu", "freenet.de", "freestart.hu", "frontiernet.net", "gawab.com", "gazeta.pl", "giga.net.tw",
    "globo.com", "globomail.com", "gmail.com", "go2.pl", "goo.jp", "hainan.net", "hanmail.net", "hetnet.nl",
    "hey.com", "hinet.net", "hispeed.ch", "hkbn.net", "home.nl", "hot.ee", "hotbox.ru", "hush.com",
    "hushmail.com", "i-cable.com", "i.softbank.jp", "i.ua", "iafrica.com", "icloud.com", "ig.com.br",
    "iinet.net.au", "inbox.com", "inbox.lt", "inbox.lv", "inbox.ru", "indiatimes.com", "infoseek.jp",
    "interia.pl", "internet.ru", "internode.on.net", "jazztel.es", "juno.com", "kakao.com", "kbronet.com.tw",
    "kolabnow.com", "kolumbus.fi", "korea.com", "kpnmail.nl", "kpnplanet.nl", "laposte.net", "lavabit.com",
    "libero.it", "list.ru", "luukku.com", "lycos.co.kr", "lycos.com", "mac.com", "mail.bg", "mail.by",
    "mail.com", "mail.de", "mail.dk", "mail.ee", "mail.ru", "mail.uz", "mail2world.com", "mailbox.org",
    "mailfence.com",
    "me.com", "meta.ua", "mindspring.com", "movistar.es", "mozmail.com", "msn.cn", "msn.com", "mtnl.net.in",
    "mweb.co.za", "mynet.com", "myrambler.ru", "myself.com", "nate.com", "naver.com", "neostrada.pl",
    "net.hr", "netcabo.pt", "netease.com", "netvigator.com", "netzero.net", "neuf.fr", "nifty.com", "nm.ru",
    "ntlworld.com", "numericable.fr", "o2.pl", "o2online.de", "ocn.ne.jp", "omantel.om", "onet.eu", "onet.pl",
    "online.no", "online.sh.cn", "ono.com", "op.pl", "optonline.net", "optusnet.com.au", "orange.fr",
    "otenet.gr", "ozemail.com.au", "pacific.net.hk", "pacific.net.sg", "paran.com", "pchome.com.tw",
    "pdx.ne.jp", "plala.or.jp", "planet.nl", "pldt.net.ph", "pm.me", "pochta.ru", "poczta.fm", "post.com",
    "post.sk", "posteo.de", "posteo.net", "privaterelay.appleid.com", "prodigy.net.mx", "proton.me",
    "protonmail.ch", "protonmail.com", "proximus.be", "public.bta.net.cn", "public.guangzhou.gd.cn",
    "public.sta.net.cn", "public.szptt.net.cn", "q.com", "qip.ru", "qq.com", "qq.vip", "rambler.ru",
    "rdslink.ro", "riseup.net", "ro.ru", "roadrunner.com", "rocketmail.com", "rogers.com", "rr.com",
    "runbox.com", "sapo.pt", "saunalahti.fi", "sbcglobal.net", "scarlet.be", "seed.net.tw", "sent.com",
    "seznam.cz", "sfr.fr", "shaw.ca", "sify.com", "sina.cn", "sina.com", "sina.com.cn", "singnet.com.sg",
    "siol.net", "skiff.com", "sky.com", "skynet.be", "slingshot.co.nz", "so-net.ne.jp", "so-net.net.tw",
    "softbank.ne.jp", "sogou.com", "sohu.com", "speedy.com.ar", "spray.se", "starhub.net.sg", "startmail.com",
    "stofanet.dk", "streamyx.com", "suddenlink.net", "sunrise.ch", "superonline.com", "sympatico.ca",
    "t-online.de", "t-online.hu", "takas.lt", "talktalk.net", "tdcadsl.dk", "tedata.net.eg", "telefonica.net",
    "telenet.be", "telenor.no", "telia.com", "telkom.net", "telkomsa.net", "telstra.com", "telus.net",
    "terra.com.br", "terra.es", "tin.it", "tiscali.co.uk", "tiscali.it", "tlen.pl", "tm.net.my", "tom.com",
    "tpg.com.au", "ttnet.net.tr", "tut.by", "tuta.com", "tuta.io", "tutanota.com", "tutanota.de", "twc.com",
    "ukr.net", "une.net.co", "uol.com.br", "uqmobile.jp", "url.com.tw", "usa.com", "verizon.net",
    "videotron.ca", "vipmail.hu", "virgilio.it", "virginmedia.com", "vnn.vn", "vodafone.de", "vodafone.ne.jp",
    "vodamail.co.za", "volny.cz", "vp.pl", "vsnl.com", "vsnl.net", "vtr.net", "walla.co.il", "walla.com",
    "wanadoo.fr", "web.de", "webmail.co.za", "westnet.com.au", "windowslive.com", "windstream.net", "wo.cn",
    "wo.com.cn", "wp.pl", "xs4all.nl", "xtra.co.nz", "y-mobile.ne.jp", "ya.ru", "yeah.net", "ymail.com",
    "ymobile.ne.jp", "zaq.ne.jp", "ziggo.nl", "zipmail.com.br", "zoho.com", "zoho.eu", "zoho.in",
    "zohomail.com", "zohomail.eu", "zohomail.in", "zoznam.sk",
];

/// For each first byte, the lengths of the names in [`PUBLIC`]: a bit for each length.
static LENGTHS: [u32; 256] = lengths();

#[expect(
    clippy::indexing_slicing,
    reason = "before the program runs: a place that is not there stops its compilation"
)]
const fn lengths() -> [u32; 256] {
    let mut lengths = [0; 256];
    let mut place = 0;
    while place < PUBLIC.len() {
        let name = PUBLIC[place].as_bytes();
        lengths[name[0] as usize] |= 1 << (name.len() % 32);
        place += 1;
    }
    lengths
}

/// Whether a domain is one of [`PUBLIC`]. Most others are excluded by their beginning and their length.
fn is_listed(domain: &str) -> bool {
    let lengths = domain.bytes().next().and_then(|first| LENGTHS.get(usize::from(first)));
    lengths.is_some_and(|lengths| lengths >> (domain.len() % 32) & 1 == 1)
        && PUBLIC.binary_search(&domain).is_ok()
}

/// Providers with a domain in nearly every country, `yahoo.fr`, `yahoo.co.jp`, `yahoo.com.hk`: the first label of them.
const FAMILIES: [&str; 9] =
    ["fastmail", "gmx", "googlemail", "hotmail", "live", "outlook", "rediffmail", "yahoo", "yandex"];

/// Whether a domain is one of a family: `.com`, `.net`, a country's, or the commercial ones below a country's.
fn is_of_family(domain: &str) -> bool {
    let Some((label, ending)) = domain.split_once('.') else { return false };
    let is_country = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let country = ending.strip_prefix("com.").or_else(|| ending.strip_prefix("co.")).unwrap_or(ending);
    FAMILIES.contains(&label) && (matches!(ending, "com" | "net") || is_country(country))
}

/// Labels below which a provider's own people have their mailboxes.
const STAFF: [&str; 6] = ["corp", "inc", "office", "staff", "hr", "team"];

/// Names whose near misses are looked for. Shorter ones (`qq`, `163`) have too many true neighbours.
const TYPED_WRONG: [(&str, &str); 15] = [
    ("gmail", "gmail.com"),
    ("hotmail", "hotmail.com"),
    ("outlook", "outlook.com"),
    ("yahoo", "yahoo.com"),
    ("icloud", "icloud.com"),
    ("foxmail", "foxmail.com"),
    ("aliyun", "aliyun.com"),
    ("protonmail", "protonmail.com"),
    ("googlemail", "googlemail.com"),
    ("qq", "qq.com"),
    ("163", "163.com"),
    ("126", "126.com"),
    ("139", "139.com"),
    ("sina", "sina.com"),
    ("sohu", "sohu.com"),
];

/// Endings that are not a top-level domain and mean `.com`.
const NOT_COM: [&str; 16] = [
    "com.com", "con", "cmo", "ocm", "cpm", "vom", "xom", "comm", "coom", "ccom", "c0m", "cim", "clm", "cok",
    "ocom", "como",
];

/// Real names one letter away from a provider: no typos.
const REAL_NEIGHBOURS: [&str; 14] = [
    "cloud", "email", "fmail", "gail", "gmai", "hmail", "jmail", "mail", "qmail", "tmail", "umail", "ymail",
    "yahoos", "zmail",
];

/// The canonical form of a domain name: lower case, full-width folded, international labels in ASCII (`xn--`).
///
/// Time is linear in the text, at most 1024 characters of it.
///
/// ```
/// use leadkit::contact::canonical_domain;
///
/// assert_eq!(canonical_domain("Example.COM").as_deref(), Ok("example.com"));
/// assert_eq!(canonical_domain("例子.中国").as_deref(), Ok("xn--fsqu00a.xn--fiqs8s"));
/// assert!(canonical_domain("localhost").is_err());
/// ```
///
/// # Errors
/// When no mail can be sent to the domain: a bare host, an address literal, a reserved or impossible top-level name, a label
/// that is empty, too long, or holds anything but letters, digits and inner hyphens.
pub fn canonical_domain(text: &str) -> Result<String, EmailFault> {
    if text.starts_with('[') {
        return Err(EmailFault::AddressLiteral);
    }
    if text.is_empty() {
        return Err(EmailFault::NoDomain);
    }
    if text.len() > MAX_TYPED {
        return Err(EmailFault::DomainTooLong);
    }
    let mut out = String::with_capacity(text.len());
    let (mut labels, mut last) = (0, 0);
    for label in text.split(['.', '。', '．', '｡']) {
        if labels > 0 {
            out.push('.');
        }
        last = out.len();
        push_label(label, &mut out)?;
        labels += 1;
    }
    if out.len() > MAX_DOMAIN {
        return Err(EmailFault::DomainTooLong);
    }
    let top = out.get(last..).unwrap_or_default();
    if top.bytes().all(|b| b.is_ascii_digit()) {
        return Err(EmailFault::TopLevel);
    }
    if labels < 2 {
        return Err(EmailFault::BareHost);
    }
    if RESERVED.contains(&top) {
        return Err(EmailFault::Reserved);
    }
    // ICANN delegates only labels of two or more letters, and international labels.
    let possible = top.starts_with("xn--") || (top.len() >= 2 && top.bytes().all(|b| b.is_ascii_lowercase()));
    if possible { Ok(out) } else { Err(EmailFault::TopLevel) }
}

fn push_label(label: &str, out: &mut String) -> Result<(), EmailFault> {
    if label.is_empty() {
        return Err(EmailFault::EmptyLabel);
    }
    let start = out.len();
    if label.is_ascii() {
        out.extend(label.chars().map(|c| c.to_ascii_lowercase()));
    } else {
        let folded = fold(label);
        if folded.is_ascii() {
            out.push_str(&folded);
        } else {
            check_characters(&folded)?;
            out.push_str("xn--");
            out.push_str(&punycode::encode(&folded).ok_or(EmailFault::LabelTooLong)?);
        }
    }
    let done = out.get(start..).unwrap_or_default();
    check_characters(done)?;
    if done.len() > MAX_LABEL {
        return Err(EmailFault::LabelTooLong);
    }
    if let Some(code) = done.strip_prefix("xn--") {
        let decoded = punycode::decode(code).filter(|text| !text.is_ascii() && fold(text) == *text);
        let decoded = decoded.ok_or(EmailFault::Punycode)?;
        check_characters(&decoded).map_err(|_| EmailFault::Punycode)?;
        if punycode::encode(&decoded).as_deref() != Some(code) {
            return Err(EmailFault::Punycode);
        }
    }
    Ok(())
}

fn check_characters(label: &str) -> Result<(), EmailFault> {
    if label.starts_with('-') || label.ends_with('-') {
        return Err(EmailFault::Hyphen);
    }
    if label.chars().next().is_some_and(is_combining_mark) {
        return Err(EmailFault::DomainCharacter);
    }
    let fits = |c: char| c == '-' || if c.is_ascii() { c.is_ascii_alphanumeric() } else { is_letter(c) };
    if label.chars().all(fits) { Ok(()) } else { Err(EmailFault::DomainCharacter) }
}

/// A letter, digit or mark of any script.
pub(super) fn is_letter(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c)) && !is_invisible(c) && !is_conjoining(c)
}

/// Parts of Korean syllables that are not letters by themselves (IDNA 2008 disallows them).
fn is_conjoining(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97F}' | '\u{D7B0}'..='\u{D7FF}')
}

/// Width, compatibility forms and case folded until nothing changes any more.
pub(super) fn fold(text: &str) -> String {
    let mut folded = text.to_owned();
    // Lower case and composition can undo each other once; real text is stable after one round.
    for _ in 0..4 {
        let next: String = folded.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// Whether `domain` is `parent` or a subdomain of it. Whole labels are compared, ASCII case is ignored.
///
/// ```
/// use leadkit::contact::is_subdomain_of;
///
/// assert!(is_subdomain_of("mail.example.com", "example.com"));
/// assert!(!is_subdomain_of("notexample.com", "example.com"));
/// ```
#[must_use]
pub fn is_subdomain_of(domain: &str, parent: &str) -> bool {
    if parent.is_empty() {
        return false;
    }
    let Some(start) = domain.len().checked_sub(parent.len()) else { return false };
    let Some(tail) = domain.get(start..) else { return false };
    tail.eq_ignore_ascii_case(parent)
        && (start == 0 || domain.get(..start).is_some_and(|head| head.ends_with('.')))
}

/// Whether a canonical domain belongs to a public mail provider (Gmail, QQ, 163, the carriers' 139 and 189, ...),
/// so that it does not identify the sender's company.
///
/// A subdomain of a provider is a mailbox domain too (`vip.163.com`, `qy.139.com`), unless it belongs to the provider's staff
/// (`corp.`, `staff.`).
///
/// ```
/// use leadkit::contact::is_public_mail_domain;
///
/// assert!(is_public_mail_domain("126.com") && is_public_mail_domain("vip.126.com"));
/// assert!(!is_public_mail_domain("corp.sina.com") && !is_public_mail_domain("jingye-x.cn"));
/// ```
#[must_use]
pub fn is_public_mail_domain(domain: &str) -> bool {
    let is_provider = |domain: &str| is_listed(domain) || is_of_family(domain);
    let mut below = domain;
    // No provider owns a whole top-level domain.
    while let Some((label, above)) = below.split_once('.') {
        if is_provider(below) {
            return true;
        }
        if STAFF.contains(&label) {
            return false;
        }
        below = above;
    }
    false
}

/// The provider that a mistyped domain probably means: `gmial.com`, `gmail.con` and `qq.cmo` have a suggestion.
///
/// One slip in the name (a letter wrong, missing, doubled or swapped with its neighbour), a known misspelling
/// of `.com`, or both. Providers with short names are only corrected in their ending, because their
/// neighbours (`aq.com`, `136.com`) are real.
///
/// ```
/// use leadkit::contact::suggest_domain;
///
/// assert_eq!(suggest_domain("gmial.com"), Some("gmail.com"));
/// assert_eq!(suggest_domain("qq.con"), Some("qq.com"));
/// assert_eq!(suggest_domain("mail.com"), None);
/// ```
#[must_use]
pub fn suggest_domain(domain: &str) -> Option<&'static str> {
    let (name, ending) = domain.split_once('.')?;
    // `gmaіl.com` with a Cyrillic letter belongs to nobody but looks like a provider's.
    if let Some(code) = name.strip_prefix("xn--") {
        let plain = in_latin(&punycode::decode(code)?)?;
        let known = TYPED_WRONG.iter().find(|(provider, _)| *provider == plain).map(|(_, whole)| *whole);
        return known.filter(|_| ending == "com" || NOT_COM.contains(&ending));
    }
    let wrong_ending = NOT_COM.contains(&ending) || matches!(ending, "co" | "cm" | "om");
    if ending != "com" && !wrong_ending {
        return None;
    }
    let meant = match TYPED_WRONG.iter().find(|(provider, _)| *provider == name) {
        Some((_, whole)) => wrong_ending.then_some(*whole),
        None if REAL_NEIGHBOURS.contains(&name) || matches!(ending, "co" | "cm" | "om") => None,
        None => slip_of(name),
    };
    meant.filter(|_| !is_public_mail_domain(domain))
}

/// The provider whose name is one slip away.
fn slip_of(name: &str) -> Option<&'static str> {
    let is_slip = |provider: &str| {
        provider.len() >= 5 && name.len() <= 12 && may_be_a_slip(name, provider) && osa(name, provider) == 1
    };
    TYPED_WRONG.iter().find(|(provider, _)| is_slip(provider)).map(|(_, whole)| *whole)
}

/// Letters without their marks, those of other scripts as the Latin ones they look like.
fn in_latin(text: &str) -> Option<String> {
    let letter = |c: char| match c {
        'а' | 'α' => 'a',
        'е' => 'e',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'с' => 'c',
        'у' => 'y',
        'х' => 'x',
        'і' | 'ι' | 'ı' => 'i',
        'ѕ' => 's',
        'ј' => 'j',
        'ԛ' => 'q',
        'һ' => 'h',
        'ԁ' => 'd',
        'ӏ' => 'l',
        'м' => 'm',
        'т' | 'τ' => 't',
        'к' | 'κ' => 'k',
        'ν' => 'v',
        c => c,
    };
    let plain: String = text.nfd().filter(|c| !is_combining_mark(*c)).map(letter).collect();
    plain.is_ascii().then_some(plain)
}

/// Whether two ASCII words agree at both ends so far that one slip may explain the rest; a cheap look before the
/// distance is computed.
fn may_be_a_slip(a: &str, b: &str) -> bool {
    let (long, short) = (a.len().max(b.len()), a.len().min(b.len()));
    let head = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let tail = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    long - short <= 1 && head + tail + 2 >= long
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_list_is_sorted_and_canonical() {
        assert!(PUBLIC.is_sorted());
        for domain in PUBLIC {
            assert_eq!(canonical_domain(domain).as_deref(), Ok(domain));
        }
    }

    /// Domains that published lists of disposable domains hold by mistake, by kind: carriers, providers, relays of a
    /// provider.
    #[test]
    fn public_mail_is_known_in_every_country() {
        for domain in "139.com yeah.net 21cn.com 189.cn wo.cn wo.com.cn 10086.cn hinet.net msa.hinet.net netvigator.com hkbn.net \
            seed.net.tw docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp singnet.com.sg streamyx.com bluewin.ch \
            att.net charter.net rogers.com shaw.ca bigpond.com telstra.com optusnet.com.au sky.com virginmedia.com talktalk.net \
            sfr.fr tiscali.it uol.com.br bol.com.br citiz.net 2980.com eyou.com 263.com.cn sogou.com yahoo.cn yahoo.fr \
            yahoo.com.tw yahoo.com.hk yahoo.com.ph yahoo.com.vn hotmail.com.tw live.hk outlook.jp outlook.com.au yandex.com \
            ya.ru bk.ru inbox.ru rambler.ru gmx.ch gmx.net fastmail.com fastmail.fm fastmail.cn seznam.cz wp.pl o2.pl onet.pl \
            ukr.net tutanota.com posteo.de mailbox.org hushmail.com freemail.hu sent.com privaterelay.appleid.com duck.com \
            mozmail.com"
            .split_whitespace()
        {
            assert!(is_public_mail_domain(domain), "{domain}");
            assert_eq!(suggest_domain(domain), None, "{domain}");
        }
        for domain in [
            "yahoo.example-x.com",
            "live.jingye-x.cn",
            "my-yahoo.com",
            "outlook.agency",
            "corp.yahoo.com",
            "gmx.co.jingye",
        ] {
            assert!(!is_public_mail_domain(domain), "{domain}");
        }
    }

    #[test]
    fn no_provider_is_a_typo_of_another() {
        for domain in PUBLIC {
            assert_eq!(suggest_domain(domain), None, "{domain}");
        }
    }

    #[test]
    fn slips_are_found_and_real_neighbours_left_alone() {
        for (typed, meant) in [
            ("gmial.com", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("gnail.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("hotmial.com", "hotmail.com"),
            ("outlok.com", "outlook.com"),
            ("gmail.co", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmial.con", "gmail.com"),
            ("163.cmo", "163.com"),
            ("gmail.com.com", "gmail.com"),
            ("xn--gmal-n9d.com", "gmail.com"),
        ] {
            assert_eq!(suggest_domain(typed), Some(meant), "{typed}");
        }
        for real in
            ["mail.com", "email.com", "cloud.com", "aq.com", "136.com", "163.net", "gmail.cn", "company.co"]
        {
            assert_eq!(suggest_domain(real), None, "{real}");
        }
    }
}
