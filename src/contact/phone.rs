//! Phone numbers as people type them into forms.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::calling_code;
use super::cn_plan::{self, Judgement};
use super::fault::{PhoneFault, PhoneKind, PhoneQuality};
use super::key::Key;
use super::moment::moment;
use super::plans::{self, fits_plan};
use super::scan::{self, Digits, MAX_BARE_EXTENSION, Scan};
use super::segments::PhoneSegments;
use crate::model::Region;

/// Judges the numbers of countries whose plan is not built in.
///
/// Chinese numbers are judged natively and never passed to it. The feature `phone-world` has an implementation for all
/// countries; a host may bring its own.
pub trait PhoneOracle: Send + Sync + fmt::Debug {
    /// The judgement of a number, or `None` when the oracle does not know the country either.
    ///
    /// `number` is `+` and ASCII digits, or digits alone as they are dialled inside `country` (ISO 3166-1 alpha-2).
    /// Separators and extension are removed. The answer must depend on nothing else.
    fn judge(&self, number: &str, country: &str) -> Option<OracleAnswer>;
}

/// What a [`PhoneOracle`] knows about a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OracleAnswer {
    /// Whether the number can be called.
    pub quality: PhoneQuality,
    /// The kind of line.
    pub kind: PhoneKind,
    /// `+` and up to 15 digits; anything else is ignored. It is the key of a number written without a country
    /// code; one that has a code has its key already.
    pub e164: Option<String>,
}

/// How to read numbers without a country code.
#[derive(Debug, Clone, Copy)]
pub struct PhoneOptions<'a> {
    /// Country of numbers without one. When it is a city in China, [`read_phones`](super::read_phones) completes local
    /// numbers by its area code; [`Phone::parse`] leaves them incomplete.
    pub default_region: Region,
    /// Judges the numbers of countries other than China; none by default.
    pub oracle: Option<&'a dyn PhoneOracle>,
}

impl Default for PhoneOptions<'_> {
    /// China, no oracle.
    fn default() -> Self {
        PhoneOptions { default_region: Region::CN, oracle: None }
    }
}

impl<'a> PhoneOptions<'a> {
    /// The same for a person in this city.
    pub(crate) fn in_city(self, city: Region) -> PhoneOptions<'a> {
        PhoneOptions { default_region: city, ..self }
    }
}

/// A judged phone number with its canonical key.
///
/// One number; [`read_phones`](super::read_phones) reads a field that may hold several.
///
/// Parsing never fails: what is wrong is the answer's [`quality`](Phone::quality). It takes time linear in the text
/// and allocates only for an extension.
///
/// It reads full-width digits and digits of other scripts, `+86`, `0086`, `(86)` and a bare `86`, blanks, dots, brackets and
/// dashes of all kinds, labels before and remarks after the number, and extensions after 转, 分机, `ext`, `x`, `#`, `,`,
/// `/`, `~`, `*` or a last `-`.
///
/// ```
/// use leadkit::contact::{Phone, PhoneFault, PhoneKind, PhoneOptions, PhoneQuality};
///
/// let options = PhoneOptions::default();
/// let mobile = Phone::parse("+86 138-0013-8000", &options);
/// assert_eq!(mobile.key(), Some("+8613800138000"));
/// assert_eq!(mobile.kind(), PhoneKind::Mobile);
///
/// let desk = Phone::parse("（0755）２６７１８８８８转801", &options);
/// assert_eq!((desk.key(), desk.extension()), (Some("+8675526718888"), Some("801")));
///
/// let typo = Phone::parse("138O0138000", &options);
/// assert_eq!(typo.quality(), PhoneQuality::Malformed(PhoneFault::UnexpectedCharacter));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    quality: PhoneQuality,
    kind: PhoneKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hint: Option<PhoneFault>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calling_code: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Key>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extension: Option<Box<str>>,
    /// Whether another country that the person states may have the number too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_contested: bool,
}

const CHINA: u16 = 86;
/// Fewest digits behind the calling code of another country in brackets.
const MIN_BEHIND_BRACKET: usize = 8;
/// Fewest digits that a bare extension can follow: `95588-1`.
const MIN_HEAD: usize = 5;

impl Phone {
    /// Reads and judges a phone field.
    ///
    /// ```
    /// use leadkit::contact::{Phone, PhoneFault, PhoneOptions};
    ///
    /// let options = PhoneOptions::default();
    /// let phone = Phone::parse("+86 138-1234-9876", &options);
    /// assert_eq!((phone.key(), phone.is_ok()), (Some("+8613812349876"), true));
    /// assert_eq!(Phone::parse("0755-26718888转801", &options).extension(), Some("801"));
    /// assert_eq!(Phone::parse("1381234987", &options).fault(), Some(PhoneFault::MobileTooShort));
    /// ```
    #[must_use]
    pub fn parse(raw: &str, options: &PhoneOptions<'_>) -> Phone {
        let scan = match scan::scan(raw) {
            Ok(scan) => scan,
            Err(fault) => return Phone::malformed(fault),
        };
        if scan.hidden {
            return Phone::malformed(PhoneFault::Masked);
        }
        if is_dated(raw, &scan) {
            return Phone::malformed(PhoneFault::OtherNumber);
        }
        if is_network_address(raw, &scan) {
            return Phone::malformed(PhoneFault::OtherNumber);
        }
        if is_decimal(raw, &scan) {
            return Phone::malformed(PhoneFault::UnexpectedCharacter);
        }
        let whole = Phone::of_digits(&scan, scan.digits.as_slice(), options).divided(&scan);
        if scan.digits.overflows() && scan.splits().is_empty() {
            return Phone::malformed(PhoneFault::TooLong);
        }
        // `13927461853,0`: a mobile needs no operator.
        let is_none = whole.kind == PhoneKind::Mobile && scan.extension.as_slice().iter().all(|d| *d == b'0');
        let phone = if scan.extension.len() > 0 && is_none {
            whole
        } else if scan.extension.len() > 0 {
            Phone { extension: Some(text_of(&scan.extension)), ..whole }
        } else {
            Phone::with_bare_extension(whole, &scan, options)
        };
        let is_hidden = scan.star || scan.starred && !phone.is_complete();
        if is_hidden && phone.extension.is_none() {
            return Phone::malformed(PhoneFault::Masked);
        }
        if scan.cut && !phone.is_complete() {
            return Phone::malformed(PhoneFault::Masked);
        }
        if scan.barred && cn_plan::lacks_one(scan.digits.as_slice()) {
            return Phone::malformed(PhoneFault::UnexpectedCharacter);
        }
        if scan.letter_attached && phone.quality != PhoneQuality::Ok {
            return Phone::malformed(PhoneFault::UnexpectedCharacter);
        }
        phone
    }

    /// Takes the digits after a dash as an extension when the number is whole without them and not with them.
    fn with_bare_extension(whole: Phone, scan: &Scan, options: &PhoneOptions<'_>) -> Phone {
        let digits = scan.digits.as_slice();
        // The content of a bracket behind a whole number of another country is not part of it either.
        if whole.calling_code != Some(CHINA)
            && let Some(split) = scan.splits().iter().find(|split| split.bracket)
            && let Some((head, tail)) = digits.split_at_checked(split.at)
            && (1..=MAX_BARE_EXTENSION).contains(&tail.len())
        {
            let phone = Phone::of_digits(scan, head, options);
            let whole = matches!(phone.quality, PhoneQuality::Ok | PhoneQuality::UnknownCountry);
            if whole && phone.key.is_some() && phone.calling_code != Some(CHINA) {
                let extension = (2..=5)
                    .contains(&tail.len())
                    .then(|| std::str::from_utf8(tail).unwrap_or_default().into());
                return Phone { extension, ..phone };
            }
        }
        // A star comes before an extension, never inside a number.
        let sound = whole.quality == PhoneQuality::Ok && !scan.digits.overflows() && !scan.star;
        if sound && whole.kind != PhoneKind::Service || whole.quality == PhoneQuality::UnknownCountry {
            return whole;
        }
        for split in scan.splits().iter().rev() {
            let Some((head, tail)) = digits.split_at_checked(split.at) else { continue };
            // Nobody writes an extension behind 110 or 120.
            if head.len() < MIN_HEAD {
                break;
            }
            let phone = Phone::of_digits(scan, head, options).divided(scan);
            let whole_head = phone.is_ok()
                || phone.is_assumed()
                || (phone.calling_code == Some(CHINA) && cn_plan::is_mobile_shape(phone.national_digits()));
            if !whole_head || sound && phone.kind != PhoneKind::Service {
                continue;
            }
            if (tail.len() > MAX_BARE_EXTENSION && head.len() >= cn_plan::MIN_NATIONAL)
                || scan.digits.overflows()
            {
                return Phone::malformed(PhoneFault::SeveralNumbers);
            }
            // Extensions are in brackets only behind the number of an office: `13976428531(24)` means something else.
            let office =
                matches!(phone.kind, PhoneKind::Landline | PhoneKind::SharedCost | PhoneKind::TollFree);
            let bracket = split.bracket && office && (2..=5).contains(&tail.len());
            if (split.dash || bracket) && (1..=MAX_BARE_EXTENSION).contains(&tail.len()) {
                // `-801-2`: the second is another extension.
                let next = scan.splits().iter().find(|next| next.dash && next.at > split.at);
                let own = next.and_then(|next| tail.get(..next.at - split.at)).unwrap_or(tail);
                let extension = std::str::from_utf8(own).unwrap_or_default().into();
                return Phone { extension: Some(extension), ..phone };
            }
        }
        if scan.digits.overflows() {
            return Phone::malformed(PhoneFault::TooLong);
        }
        // `0431-5086318-257`: too long with its extension, faulty in another way without it.
        if whole.quality == PhoneQuality::Malformed(PhoneFault::TooLong)
            && let Some(split) = scan.splits().iter().rfind(|split| split.dash)
            && let Some((head, tail)) = digits.split_at_checked(split.at)
            && head.len() >= cn_plan::MIN_NATIONAL
            && (1..=MAX_BARE_EXTENSION).contains(&tail.len())
        {
            let phone = Phone::of_digits(scan, head, options);
            if phone.quality == PhoneQuality::PossibleNotAssigned {
                return Phone {
                    extension: Some(std::str::from_utf8(tail).unwrap_or_default().into()),
                    ..phone
                };
            }
        }
        whole
    }

    /// A number that is written without its trunk 0 and divided elsewhere than behind its area code is another: a local
    /// number with digits behind it (`83442922 12`), two prices (`1680-2000`).
    fn divided(self, scan: &Scan) -> Phone {
        if !self.is_ok() || self.calling_code != Some(CHINA) {
            return self;
        }
        let national = self.national_digits();
        if national.is_empty() {
            return self;
        }
        let head = match self.kind {
            PhoneKind::Landline | PhoneKind::Service if !cn_plan::is_short_service(national) => {
                cn_plan::area_length(national)
            }
            PhoneKind::PremiumRate => 3,
            _ => return self,
        };
        // A country code or a trunk 0 shows where the number begins.
        if scan.plus || !scan.digits.as_slice().starts_with(national) {
            return self;
        }
        let first = scan.splits().first().map(|split| split.at);
        if first.is_none_or(|at| at >= national.len() || at == head) {
            return self;
        }
        Phone {
            quality: PhoneQuality::PossibleNotAssigned,
            kind: PhoneKind::Unknown,
            hint: Some(PhoneFault::MissingAreaCode),
            key: None,
            ..self
        }
    }

    /// The number without its extension.
    pub(super) fn without_extension(self) -> Phone {
        Phone { extension: None, ..self }
    }

    /// The same number with another extension.
    pub(super) fn with_extension(&self, extension: &str) -> Phone {
        Phone { extension: Some(extension.into()), ..self.clone() }
    }

    pub(super) fn malformed(fault: PhoneFault) -> Phone {
        Phone {
            quality: PhoneQuality::Malformed(fault),
            kind: PhoneKind::Unknown,
            hint: None,
            is_contested: false,
            calling_code: None,
            key: None,
            extension: None,
        }
    }

    fn of_digits(scan: &Scan, digits: &[u8], options: &PhoneOptions<'_>) -> Phone {
        if scan.plus {
            // `+0755-26718843`: no country code begins with 0, the trunk code does.
            let is_apart = scan.splits().first().is_some_and(|split| split.at == 1);
            let trunk = match digits {
                // `+0 0755-26718843`
                [b'0', b'0', b'1'..=b'9', ..] if is_apart => digits.get(1..),
                [b'0', b'1'..=b'9', ..] => Some(digits),
                _ => None,
            };
            if let Some(phone) = Phone::of_no_american(scan, digits, options) {
                return phone;
            }
            let own = trunk.map(|digits| Phone::dialled(digits, options)).filter(Phone::is_ok);
            return own.unwrap_or_else(|| Phone::international(digits, options));
        }
        let signed = digits.strip_prefix(b"00").and_then(|own| Phone::of_no_american(scan, own, options));
        if let Some(phone) = signed.or_else(|| Phone::of_china_in_brackets(scan, digits, options)) {
            return phone;
        }
        let phone = Phone::dialled(digits, options);
        if phone.is_ok() && !is_american(scan) {
            return phone;
        }
        let abroad = Phone::behind_bracket(scan, digits, options);
        abroad.or_else(|| Phone::behind_code(scan, digits, options)).unwrap_or(phone)
    }

    /// What stands behind `+` or `00` and would be of America, if it is a mobile number of China and no American number.
    fn of_no_american(scan: &Scan, digits: &[u8], options: &PhoneOptions<'_>) -> Option<Phone> {
        let [b'1', own @ ..] = digits else { return None };
        let is_of_china = |mobile: &[u8]| {
            cn_plan::is_mobile(mobile)
                && !mobile.strip_prefix(b"1").is_some_and(plans::is_american)
                && numbering_country(&options.default_region) == "CN"
        };
        if is_of_china(digits) {
            // `+13927461853`: with a sign too many, unless it is divided as an American number is.
            let mobile = || Phone::chinese(digits).assumed();
            return Some(if is_american(scan) { Phone::of_doubtful_country() } else { mobile() });
        }
        // `+1 13927461853`: behind the code that a form begins with, or an American number that none has.
        is_of_china(own).then(Phone::of_doubtful_country)
    }

    /// `(86) 139 2746 1853`: a mobile number of China in every country, some of which have numbers of any length.
    fn of_china_in_brackets(scan: &Scan, digits: &[u8], options: &PhoneOptions<'_>) -> Option<Phone> {
        let (code, number) = digits.split_at_checked(scan.bracketed)?;
        if !matches!(code, b"86" | b"0086") || !cn_plan::is_mobile(number) {
            return None;
        }
        let is_written = code.len() > 2 || numbering_country(&options.default_region) == "CN";
        Some(if is_written { Phone::chinese(number) } else { Phone::chinese(number).assumed() })
    }

    /// A number whose country is a guess stays unverified, even if its plan is known.
    fn assumed(self) -> Phone {
        let hint = Some(PhoneFault::AssumedCountry);
        Phone { quality: PhoneQuality::UnknownCountry, hint, ..self }
    }

    /// A number that two countries may have: it can be called, but it identifies nobody.
    pub(super) fn of_doubtful_country() -> Phone {
        Phone::malformed(PhoneFault::Empty).assumed()
    }

    /// The same number as a guess, unless it is written with its country code.
    pub(super) fn doubted(self, written: &str) -> Phone {
        if self.key.is_none() || is_coded(written) {
            return self;
        }
        Phone { is_contested: true, ..self.assumed() }
    }

    /// `(44) 7400 183652`: a number in brackets before one that is not of the country of the field is the calling
    /// code of another, when there is no other way to read the two. Without `00` it is not written as one.
    fn behind_bracket(scan: &Scan, digits: &[u8], options: &PhoneOptions<'_>) -> Option<Phone> {
        let (head, rest) = digits.split_at_checked(scan.bracketed)?;
        let (dialled, number) = match digits {
            [b'0', b'0', number @ ..] => (true, number),
            number => (false, number),
        };
        let (code, typed) = calling_code::split(number)?;
        // Seven digits are those of an American number behind its area code.
        let least = if code == CHINA { cn_plan::MIN_NATIONAL } else { MIN_BEHIND_BRACKET };
        if head.len() < 2 || typed.len() != rest.len() || rest.len() < least {
            return None;
        }
        let in_china = numbering_country(&options.default_region) == "CN";
        let sure = match Phone::international(number, options).quality {
            PhoneQuality::Ok => true,
            // If the plan is unknown, nobody knows what else the digits may be.
            PhoneQuality::UnknownCountry => dialled || in_china && !Phone::chinese(rest).is_ok(),
            _ => false,
        };
        let slip = in_china && !dialled && cn_plan::is_nearly_local(code, rest.len());
        let is_written = dialled || in_china && code == CHINA;
        let phone = || Phone::unjudged(number);
        (sure && !slip).then(|| if is_written { phone() } else { phone().assumed() })
    }

    /// `852-60987654`, `1 415 555 2671`: in a field of China, the calling code of another country that a sign divides from a
    /// number of its plan. Nothing in the field says that it is a calling code.
    fn behind_code(scan: &Scan, digits: &[u8], options: &PhoneOptions<'_>) -> Option<Phone> {
        let (code, number) = calling_code::split(digits)?;
        let is_divided = scan.splits().first().is_some_and(|split| split.at + number.len() == digits.len());
        let in_china = numbering_country(&options.default_region) == "CN" && code != CHINA;
        let may_be_local = cn_plan::is_nearly_local(code, number.len()) || Phone::chinese(number).is_ok();
        let is_local = may_be_local && !is_american(scan);
        let fits = in_china && is_divided && !is_local && !scan.star && fits_plan(code, number);
        let quality = Phone::international(digits, options).quality;
        (fits && matches!(quality, PhoneQuality::Ok | PhoneQuality::UnknownCountry))
            .then(|| Phone::unjudged(digits).assumed())
    }

    /// A number as it is dialled in the country of the field.
    fn dialled(digits: &[u8], options: &PhoneOptions<'_>) -> Phone {
        let country = numbering_country(&options.default_region);
        let number = std::str::from_utf8(digits).unwrap_or_default();
        if let [b'0', b'0', rest @ ..] = digits
            && matches!(rest, [b'1'..=b'9', ..])
            && calling_code::dials_out_by_00(country)
        {
            return Phone::international(rest, options);
        }
        // The oracle that knows the plan knows how it dials abroad.
        if country != "CN"
            && let Some(answer) = options.oracle.and_then(|oracle| oracle.judge(number, country))
        {
            return Phone::of_answer(&answer);
        }
        if country == "CN" {
            // `00` dials out of China; the digits after it never start with 0.
            return match digits {
                [b'0', b'0', rest @ ..] if matches!(rest, [b'1'..=b'9', ..]) => {
                    Phone::international(rest, options)
                }
                _ => Phone::chinese(cn_plan::strip_bare_86(digits)),
            };
        }
        // Elsewhere another code may dial out: `0086…` is Australia's in Hong Kong, where `008` is a carrier's.
        Phone { quality: PhoneQuality::UnknownCountry, ..Phone::malformed(PhoneFault::Empty) }
    }

    fn international(digits: &[u8], options: &PhoneOptions<'_>) -> Phone {
        let phone = Phone::unjudged(digits);
        if phone.calling_code == Some(CHINA) {
            return phone;
        }
        let answer = phone.key.or_else(|| Key::new(b"", digits)).and_then(|number| {
            let country = numbering_country(&options.default_region);
            options.oracle.and_then(|oracle| oracle.judge(number.as_str(), country))
        });
        match answer {
            // An oracle only judges how good a number is: its key is the same with and without one.
            Some(answer) => Phone { quality: answer.quality, kind: answer.kind, ..phone },
            None => phone,
        }
    }

    /// A number with its country code, judged without an oracle.
    fn unjudged(digits: &[u8]) -> Phone {
        // `+0086` and `+ 086` are written for `+86`.
        let zeros = digits.iter().take_while(|d| **d == b'0').count();
        let digits = digits.get(zeros..).unwrap_or_default();
        let Some((code, typed)) = calling_code::split(digits) else {
            return Phone::malformed(PhoneFault::UnknownCountryCode);
        };
        if code == CHINA {
            return Phone::chinese(typed);
        }
        let head = digits.get(..digits.len() - typed.len()).unwrap_or_default();
        let typed = calling_code::once(code, typed);
        let national = calling_code::without_trunk(code, typed);
        let quality = match head.len() + national.len() {
            ..7 => PhoneQuality::Malformed(PhoneFault::TooShort),
            7..=15 => PhoneQuality::UnknownCountry,
            _ => PhoneQuality::Malformed(PhoneFault::TooLong),
        };
        let key = Key::new(head, national).filter(|_| quality == PhoneQuality::UnknownCountry);
        Phone { quality, calling_code: Some(code), key, ..Phone::malformed(PhoneFault::Empty) }
    }

    /// The judgement of an oracle on a number that was written without a country code.
    fn of_answer(answer: &OracleAnswer) -> Phone {
        let digits = answer.e164.as_deref().and_then(|e164| e164.strip_prefix('+')).map(str::as_bytes);
        let digits = digits.filter(|d| d.len() <= 15 && d.iter().all(u8::is_ascii_digit));
        let phone = digits.map_or_else(|| Phone::malformed(PhoneFault::Empty), Phone::unjudged);
        if phone.calling_code == Some(CHINA) {
            return phone;
        }
        Phone { quality: answer.quality, kind: answer.kind, ..phone }
    }

    fn chinese(digits: &[u8]) -> Phone {
        let national = cn_plan::national(digits);
        let Judgement { quality, kind, hint } = cn_plan::judge(national);
        let key = match quality {
            PhoneQuality::Malformed(_) => None,
            // A local number is another line in every city.
            _ if hint == Some(PhoneFault::MissingAreaCode) => None,
            _ => Key::new(b"86", national),
        };
        Phone { quality, kind, hint, calling_code: Some(CHINA), key, extension: None, is_contested: false }
    }

    /// Whether the number can be called.
    #[must_use]
    pub fn quality(&self) -> PhoneQuality {
        self.quality
    }

    /// Whether no digit can follow: text that is cut off behind it is not part of the number.
    pub(super) fn is_complete(&self) -> bool {
        (self.is_ok() || self.is_assumed())
            && self.calling_code == Some(CHINA)
            && self.extension.is_none()
            && cn_plan::is_complete(self.national_digits())
    }

    /// Whether its country is a guess.
    pub(crate) fn is_assumed(&self) -> bool {
        self.hint == Some(PhoneFault::AssumedCountry)
    }

    /// The key of a number that is not a guess.
    pub(crate) fn sure_key(&self) -> Option<&str> {
        self.key().filter(|_| !self.is_assumed())
    }

    /// The key by which records are joined. A number that two countries may have meets only those in the same doubt: whichever
    /// of the two it is of, they are equal.
    pub(crate) fn match_key(&self) -> Option<Cow<'_, str>> {
        let key = self.key()?;
        Some(if self.is_contested { Cow::Owned(format!("{key}?")) } else { Cow::Borrowed(key) })
    }

    /// Whether the number is in an assigned range.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.quality == PhoneQuality::Ok
    }

    /// The kind of line.
    #[must_use]
    pub fn kind(&self) -> PhoneKind {
        self.kind
    }

    /// What is wrong: the fault of a malformed number, or the likely cause when no range holds the number.
    #[must_use]
    pub fn fault(&self) -> Option<PhoneFault> {
        match self.quality {
            PhoneQuality::Malformed(fault) => Some(fault),
            _ => self.hint,
        }
    }

    /// The canonical key: `+`, country code and national number, without trunk code and extension.
    ///
    /// Two spellings of one number have one key, and parsing the key gives the key again. The key says how a number is
    /// written, not whether it is in use: a number of another country that is written with its code has the same key
    /// whoever judges it, assigned or not, from 7 digits to 15. Malformed Chinese numbers, local numbers without their
    /// area code, and numbers without a country code whose plan is not known have no key. Service numbers (`95588`) have
    /// one, though they are not in E.164.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(Key::as_str)
    }

    /// The key of a whole number that can be dialled from abroad; `None` for service numbers and for what is not
    /// assigned.
    #[must_use]
    pub fn e164(&self) -> Option<&str> {
        let short = self.kind == PhoneKind::Service && cn_plan::is_short_service(self.national_digits());
        self.key().filter(|_| self.is_ok() && !short)
    }

    /// Country code of the number, 86 for China.
    #[must_use]
    pub fn calling_code(&self) -> Option<u16> {
        self.calling_code
    }

    /// The national number without trunk 0: `75526718888`.
    #[must_use]
    pub fn national(&self) -> Option<&str> {
        let (_, national) = calling_code::split(self.key.as_ref()?.digits())?;
        std::str::from_utf8(national).ok()
    }

    fn national_digits(&self) -> &[u8] {
        self.national().unwrap_or_default().as_bytes()
    }

    /// The trunk code of a Chinese landline, without its 0.
    pub(super) fn area_code(&self) -> Option<u16> {
        let landline = self.calling_code == Some(CHINA) && self.kind == PhoneKind::Landline;
        landline.then(|| cn_plan::area_code(self.national_digits())).flatten()
    }

    /// Whether the plan of its country says that it reaches one person, or does not tell; what an oracle said goes first.
    pub(super) fn may_reach_one(&self) -> bool {
        match (self.kind, self.quality) {
            (PhoneKind::Unknown, PhoneQuality::UnknownCountry) => {
                self.calling_code.is_some_and(|code| plans::may_be_mobile(code, self.national_digits()))
            }
            (kind, _) => matches!(kind, PhoneKind::Mobile | PhoneKind::Voip | PhoneKind::Unknown),
        }
    }

    /// Digits of the extension (分机).
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// Where the number is from: the longest prefix among the host's rows, else the city of the landline's area code.
    ///
    /// Hong Kong, Macao and Taiwan answer as `CN-HK`, `CN-MO` and `CN-TW` by their country codes. Mobile numbers need
    /// `segments`: the host supplies the city of each segment.
    ///
    /// ```
    /// use leadkit::contact::{Phone, PhoneOptions, PhoneSegments};
    ///
    /// let options = PhoneOptions::default();
    /// let landline = Phone::parse("0755-26718888", &options);
    /// assert_eq!(landline.area(None).unwrap().to_string(), "CN-GD-440300");
    /// // The region of a mobile number needs the host's table.
    /// let mobile = Phone::parse("13812349876", &options);
    /// let segments = PhoneSegments::from_rows([("1381234", "CN-BJ".parse()?)]).unwrap();
    /// assert_eq!(mobile.area(None), None);
    /// assert_eq!(mobile.area(Some(&segments)).unwrap().to_string(), "CN-BJ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn area(&self, segments: Option<&PhoneSegments>) -> Option<Region> {
        let key = self.key()?;
        if let Some(region) = segments.and_then(|rows| rows.lookup(key)) {
            return Some(region);
        }
        match (self.calling_code?, self.kind) {
            (CHINA, PhoneKind::Landline | PhoneKind::Service) => {
                Region::from_gbt2260(cn_plan::landline_gbt2260(self.national_digits())?).ok()
            }
            (852, _) => Region::from_gbt2260(810_000).ok(),
            (853, _) => Region::from_gbt2260(820_000).ok(),
            (886, _) => Region::from_gbt2260(710_000).ok(),
            _ => None,
        }
    }
}

impl fmt::Debug for Phone {
    /// The number is masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Phone")
            .field("quality", &self.quality)
            .field("kind", &self.kind)
            .field("fault", &self.fault())
            .field("key", &self.key)
            .field("extension", &self.extension.as_ref().map(|_| "***"))
            .finish()
    }
}

/// The national number when the text is a Chinese mobile number of an assigned segment, in any spelling.
///
/// Allocates nothing; eleven ASCII digits are answered without a scan.
///
/// ```
/// use leadkit::contact::check_cn_mobile;
///
/// assert_eq!(check_cn_mobile("+86 138 0013 8000"), Some(13_800_138_000));
/// assert_eq!(check_cn_mobile("12345678901"), None);
/// ```
#[must_use]
pub fn check_cn_mobile(raw: &str) -> Option<u64> {
    let bytes = raw.as_bytes();
    if bytes.len() == 11 && bytes.iter().all(u8::is_ascii_digit) {
        return cn_plan::is_mobile(bytes).then(|| number(bytes));
    }
    let scan = scan::scan(raw).ok()?;
    if scan.extension.len() > 0 || scan.star || scan.digits.overflows() {
        return None;
    }
    let digits = scan.digits.as_slice();
    let national = match (scan.plus, digits) {
        (true, [b'8', b'6', rest @ ..]) | (false, [b'0', b'0', b'8', b'6', rest @ ..]) => rest,
        (true, _) => return None,
        (false, _) => cn_plan::strip_bare_86(digits),
    };
    let national = cn_plan::national(national);
    cn_plan::is_mobile(national).then(|| number(national))
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |n, d| n * 10 + u64::from(d - b'0'))
}

fn text_of(digits: &Digits) -> Box<str> {
    std::str::from_utf8(digits.as_slice()).unwrap_or_default().into()
}

/// A region without its city: Hong Kong, Macao and Taiwan keep their own plan.
pub(crate) fn without_city(region: &Region) -> Region {
    if numbering_country(region) == region.country() { region.to_country() } else { region.to_province() }
}

/// The country whose plan numbers of a region follow: Hong Kong, Macao and Taiwan have their own.
pub(super) fn numbering_country(region: &Region) -> &str {
    match (region.country(), region.subdivision()) {
        ("CN", Some("HK")) => "HK",
        ("CN", Some("MO")) => "MO",
        ("CN", Some("TW")) => "TW",
        (country, _) => country,
    }
}

/// Whether a number is written with `+` or `00` before its country code.
pub(crate) fn is_coded(written: &str) -> bool {
    let mut signs =
        written.chars().map(scan::narrow).filter(|c| !scan::is_blank(*c) && !scan::is_invisible(*c));
    match signs.next() {
        Some('+') => true,
        first => first == Some('0') && signs.next() == Some('0'),
    }
}

/// Whether a number is divided as `1-415-555-2671` is, and no number of China.
fn is_american(scan: &Scan) -> bool {
    let code = if scan.digits.as_slice().starts_with(b"00") { 3 } else { 1 };
    scan.splits().iter().map(|split| split.at).filter(|at| *at >= code).eq([code, code + 3, code + 6])
}

/// Whether a text begins with a date.
fn is_dated(raw: &str, scan: &Scan) -> bool {
    // Most numbers are decided by their digits at once.
    let shape = scan.splits().first().is_some_and(|split| matches!(split.at, 1 | 2 | 4));
    shape && !scan.plus && {
        let first = raw.char_indices().find(|(_, c)| scan::digit_value(*c).is_some()).map_or(0, |(at, _)| at);
        moment(raw.get(first..).unwrap_or_default()).is_some()
    }
}

/// Whether a text begins with the address of a computer: `192.168.13.139` has as many digits as a mobile number.
fn is_network_address(raw: &str, scan: &Scan) -> bool {
    let is_short = |split: &scan::Split| split.at <= 3 && !split.dash;
    scan.splits().first().is_some_and(is_short) && {
        let first = raw.find(|c: char| c.is_ascii_digit()).and_then(|at| raw.get(at..)).unwrap_or_default();
        let rest = first.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let address = first.strip_suffix(rest).unwrap_or_default().trim_end_matches('.');
        address.parse::<std::net::Ipv4Addr>().is_ok()
    }
}

/// Whether the digits are a number with decimals: `1392746185.3`.
fn is_decimal(raw: &str, scan: &Scan) -> bool {
    let [split] = scan.splits() else { return false };
    let tail = scan.digits.len().saturating_sub(split.at);
    split.at >= cn_plan::MIN_NATIONAL && (1..=2).contains(&tail) && !split.dash && {
        let point = raw.char_indices().filter(|(_, c)| scan::digit_value(*c).is_some()).nth(split.at - 1);
        let behind = point.and_then(|(at, c)| raw.get(at + c.len_utf8()..)).unwrap_or_default();
        let mut signs = behind.chars();
        signs.next() == Some('.') && signs.next().is_some_and(|c| scan::digit_value(c).is_some())
    }
}
