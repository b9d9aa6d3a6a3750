//! Identifiers: opaque text that belongs to the host.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest identifier that is read, in bytes.
pub(super) const MAX_ID: usize = 4 * 1024;

/// Declares identifier newtypes over shared text.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        ///
        /// Opaque text that belongs to the host; cloning is O(1); ordered by bytes, which is the order every tie is broken
        /// in. In human-readable formats it is read from text or from an integer. At most 4096 bytes are read: a
        /// longer one is an error.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as the host gave it; never trimmed or folded.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether the identifier is blank: a record that was never given one.
            #[must_use]
            pub fn is_blank(&self) -> bool {
                crate::text::is_blank(&self.0)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self(Arc::from(""))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(Arc::from(number.to_string()))
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(Arc::from(number.to_string()))
            }
        }

        impl From<i32> for $name {
            fn from(number: i32) -> Self {
                Self::from(i64::from(number))
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self::from(u64::from(number))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize_id(deserializer).map(Self)
            }
        }
    )*};
}

ids! {
    /// A sales lead.
    LeadId
    /// A company on file.
    AccountId
    /// A person at an account, or behind a lead.
    ContactId
    /// A person across roles and employers.
    PersonId
    /// Something a lead did.
    ActivityId
    /// A marketing campaign.
    CampaignId
    /// A business opportunity.
    OpportunityId
    /// An order.
    OrderId
    /// A payment received.
    PaymentId
    /// A sales representative or any other user who owns or judges leads.
    RepId
    /// A team of reps.
    TeamId
    /// A pool of leads or accounts.
    PoolId
    /// A group of reps that share leads.
    GroupId
    /// A working-time calendar.
    CalendarId
    /// A follow-up record.
    FollowUpId
    /// A rule in a rules document.
    RuleId
}

fn deserialize_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
    struct Id;

    impl serde::de::Visitor<'_> for Id {
        type Value = Arc<str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an id: a text or a whole number")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Arc<str>, E> {
            // Decisions name the records that they are about many times over.
            if text.len() > MAX_ID {
                let message = format!("the id has {} bytes, at most {MAX_ID} are read", text.len());
                return Err(E::custom(message));
            }
            Ok(Arc::from(text))
        }

        fn visit_u64<E>(self, number: u64) -> Result<Arc<str>, E> {
            Ok(Arc::from(number.to_string()))
        }

        fn visit_i64<E>(self, number: i64) -> Result<Arc<str>, E> {
            Ok(Arc::from(number.to_string()))
        }
    }

    if deserializer.is_human_readable() {
        deserializer.deserialize_any(Id)
    } else {
        deserializer.deserialize_str(Id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_integers_are_read_as_the_same_identifier() {
        let from_text: LeadId = serde_json::from_str("\"660737\"").unwrap();
        let from_number: LeadId = serde_json::from_str("660737").unwrap();
        assert_eq!(from_text, from_number);
        assert_eq!(serde_json::to_string(&from_number).unwrap(), "\"660737\"");
        assert!(serde_json::from_str::<LeadId>("1.5").is_err());
    }

    #[test]
    fn order_is_by_bytes() {
        let mut ids: Vec<RepId> = ["b", "10", "9", "B"].map(RepId::from).into();
        ids.sort();
        assert_eq!(ids.iter().map(RepId::as_str).collect::<Vec<_>>(), ["10", "9", "B", "b"]);
    }
}
