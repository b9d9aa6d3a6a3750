//! What an identifier in another system identifies.

use super::open_enum::closed_enum;

closed_enum! {
    /// What an identifier in another system identifies; see [`Lead::external_ids`](super::Lead::external_ids).
    ExternalIdKind {
        /// A person: two leads that share it are the same person.
        Person = "person",
        /// One event (a clue, a form entry, a call): two leads that share it are the same lead, for ever.
        Record = "record",
        /// Something else, by which nothing is matched.
        Other = "other",
    }
}

/// Ends of the names of identifiers of people, and of records, in letters and digits alone. The end decides for the whole:
/// `wechat_openid` and `open_id` name the same thing.
const PERSON: [&str; 5] = ["openid", "unionid", "personid", "externaluserid", "openuserid"];
const RECORD: [&str; 8] =
    ["clueid", "entryid", "formentry", "callid", "recordid", "submissionid", "leadgenid", "ticketid"];

impl ExternalIdKind {
    /// What the identifier of a name names: a person when the name ends in `openid`, `unionid`, `person_id`,
    /// `external_userid` or `open_user_id`; a record when it ends in `clue_id`, `entry_id`, `form_entry`, `call_id`,
    /// `record_id`, `submission_id`, `leadgen_id` or `ticket_id`. Case and signs do not count: `open_id` is `openid`.
    ///
    /// ```
    /// use leadkit::model::ExternalIdKind;
    ///
    /// assert_eq!(ExternalIdKind::of("wechat_OpenID"), ExternalIdKind::Person);
    /// assert_eq!(ExternalIdKind::of("open_id"), ExternalIdKind::Person);
    /// assert_eq!(ExternalIdKind::of("ocean_clue_id"), ExternalIdKind::Record);
    /// assert_eq!(ExternalIdKind::of("customer_no"), ExternalIdKind::Other);
    /// ```
    #[must_use]
    pub fn of(name: &str) -> ExternalIdKind {
        ExternalIdKind::with_end(name).0
    }

    /// The kind, and the end of the name that decides it.
    pub(crate) fn with_end(name: &str) -> (ExternalIdKind, &'static str) {
        let mut name = name.to_ascii_lowercase();
        name.retain(char::is_alphanumeric);
        let end = |ends: &[&'static str]| ends.iter().copied().find(|end| name.ends_with(end));
        if let Some(end) = end(&PERSON) {
            (ExternalIdKind::Person, end)
        } else if let Some(end) = end(&RECORD) {
            (ExternalIdKind::Record, end)
        } else {
            (ExternalIdKind::Other, "")
        }
    }
}
