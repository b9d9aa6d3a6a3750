//! The rules that look at earlier leads: repeated submissions, and bursts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::calendar::Span;
use crate::model::CampaignId;
use crate::model::open_enum::closed_enum;
use crate::order;

/// The same submission twice: a form sent again within the window is not a new lead.
///
/// Two submissions are the same when they have one of the keys in `by` and the same content. The content is the message,
/// the products and the form, which is its page without the query; when neither brings a message or a
/// product there is nothing to compare, and the key alone shows it.
///
/// Keys are those of one person: a landline, a switchboard and a team's mailbox show nothing, and neither do values that
/// look invented, whatever the `fake` rules say: strangers share 13800138000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResubmissionCheck {
    /// How far apart two submissions may be, both ends included. 24 hours by default.
    pub window: Span,
    /// The keys that show that two submissions come from one person; any one of these is enough. The contact values by
    /// default: two people of one name write the same prefilled message.
    pub by: BTreeSet<SubmissionKey>,
}

impl Default for ResubmissionCheck {
    fn default() -> Self {
        let by = order::set([SubmissionKey::Phone, SubmissionKey::Email, SubmissionKey::Wechat]);
        ResubmissionCheck { window: Span::hours(24), by }
    }
}

closed_enum! {
    /// A key that shows that two submissions come from one person.
    SubmissionKey {
        /// A phone number that reaches one person.
        Phone = "phone",
        /// A person's e-mail address.
        Email = "email",
        /// A WeChat id.
        Wechat = "wechat",
        /// The company and the contact's name together.
        CompanyAndName = "company_and_name",
        /// The contact's name and the message together, of at least 8 letters or digits. A lead without a name is
        /// known by its message only if it brings no contact value: forms come with prefilled texts.
        Text = "text",
    }
}

/// Many leads of one origin in a short time: a class told to register, a script.
///
/// Leads count when they were created, this one and those before it, both ends of the window included. Spellings of one
/// origin are one: width, case and accents make no difference.
///
/// ```
/// use leadkit::blacklist::BurstCheck;
///
/// // Twenty in an hour, and three times as many as the week before makes one expect.
/// let check: BurstCheck = serde_json::from_str(
///     r#"{"by": "page", "count": 20, "window": "1h", "baseline": {"over": "7d", "ratio": 3}}"#,
/// )?;
/// assert_eq!(check.baseline.map(|baseline| baseline.ratio), Some(3.0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BurstCheck {
    /// The origin that is counted by; the network of the IP address by default.
    pub by: BurstDimension,
    /// From how many leads on, this one included, it is a burst: 2 to 1000; 20 by default.
    pub count: u32,
    /// How far back leads count, both ends included; 10 minutes by default.
    pub window: Span,
    /// The usual number for the origin; without it the count alone decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BurstBaseline>,
    /// Campaigns that were announced: their leads are neither counted nor flagged. A lead's is that of its source or of the
    /// link it followed (`utm_campaign`).
    pub announced: BTreeSet<CampaignId>,
}

impl Default for BurstCheck {
    /// 20 leads from one network within 10 minutes.
    fn default() -> Self {
        BurstCheck {
            by: BurstDimension::Ip24,
            count: 20,
            window: Span::seconds(600),
            baseline: None,
            announced: BTreeSet::new(),
        }
    }
}

/// The usual number for an origin: the leads it brought in the time before the window, shared out evenly over it.
///
/// An origin that is new has brought none, so that for it the count alone decides. The windows keep 1024 leads of an
/// origin: of a busier one the time that those reach back is compared, and the count alone decides when they are all in
/// the window. What they keep grows by `over`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BurstBaseline {
    /// How far back before the window, at least as long as the window; 7 days by default.
    pub over: Span,
    /// How many times as many leads as usual are a burst: 1 to 1000; 3 by default.
    pub ratio: f64,
}

impl Default for BurstBaseline {
    /// Three times the week before.
    fn default() -> Self {
        BurstBaseline { over: Span::hours(7 * 24), ratio: 3.0 }
    }
}

closed_enum! {
    /// The origin that a burst is counted by.
    BurstDimension {
        /// The IP address.
        Ip = "ip",
        /// The network of the IP address: /24 of version 4, /48 of version 6.
        Ip24 = "ip24",
        /// The source, primary and secondary.
        Source = "source",
        /// The page of the form, without its query and fragment: advertisements write their own into them.
        Page = "page",
        /// The campaign of the source.
        Campaign = "campaign",
        /// The keyword that the advertiser bought (`utm.keyword`).
        Keyword = "keyword",
        /// The company, if the name has a legal form, a place or an institution's word: what strangers write instead
        /// counts for none. The classes of a school are the school.
        Company = "company",
        /// The mail domain, unless it is a public provider's.
        EmailDomain = "email_domain",
        /// The phone number without its last four digits: for a mobile number the segment (号段) it was issued from.
        PhoneSegment = "phone_segment",
        /// The message, of at least 8 letters or digits; width, case, blanks and signs do not matter.
        Text = "text",
    }
}

impl BurstDimension {
    /// The field of the lead that it is read from.
    pub(super) fn field(self) -> &'static str {
        match self {
            BurstDimension::Ip | BurstDimension::Ip24 => "ip",
            BurstDimension::Source => "source.primary",
            BurstDimension::Page => "source.page",
            BurstDimension::Campaign => "source.campaign",
            BurstDimension::Keyword => "utm.keyword",
            BurstDimension::Company => "company",
            BurstDimension::EmailDomain => "email",
            BurstDimension::PhoneSegment => "phone",
            BurstDimension::Text => "message",
        }
    }
}
