//! Enumerations of the model: the known values, and (where hosts extend them) whatever else they hold.

/// Declares an enumeration whose values are `snake_case` text, and that keeps a value it does not know.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        ///
        /// A value not listed here survives a round trip as `Other`.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A value that only the host knows.
            Other(String),
        }

        impl $name {
            /// The texts of all values known here.
            pub const KNOWN: &'static [&'static str] = &[$($text),*];

            /// The value as it is written in records and rules.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                // By index instead of a jump to each text: scoring does it often.
                enum Known {
                    $($variant,)*
                }
                let known = match self {
                    $(Self::$variant => Known::$variant,)*
                    Self::Other(text) => return text,
                };
                Self::KNOWN.get(known as usize).copied().unwrap_or_default()
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    _ => Self::Other(text.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                Ok(Self::from(text.as_ref()))
            }
        }
    };
}

/// Declares an enumeration whose values are `snake_case` text and that nobody extends.
macro_rules! closed_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// The texts of all values.
            pub const KNOWN: &'static [&'static str] = &[$($text),*];

            /// Every value, in the order it is declared.
            pub const ALL: &'static [$name] = &[$(Self::$variant),*];

            /// The value as it is written in records and rules.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// The value of a written text; `None` when it is not one of [`Self::KNOWN`].
            ///
            /// ```
            /// # use leadkit::{assign::*, attribution::*, blacklist::*, calendar::*, contact::*, dedup::*};
            /// # use leadkit::{follow_up::*, inquiry::*, intake::*, merge::*, model::*, names::*, pipeline::*};
            /// # use leadkit::{rule::*, score::*};
            /// # use leadkit::follow_up::Step;
            #[doc = concat!("for value in ", stringify!($name), "::ALL {")]
            #[doc = concat!("    assert_eq!(", stringify!($name), "::from_name(value.as_str()), Some(*value));")]
            /// }
            #[doc = concat!("assert_eq!(", stringify!($name), "::from_name(\"anything else\"), None);")]
            /// ```
            #[must_use]
            pub fn from_name(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::model::open_enum::Known {
                    names: Self::KNOWN,
                    read: Self::from_name,
                })
            }
        }
    };
}

/// Reads one of a closed set of names.
pub(crate) struct Known<T> {
    pub(crate) names: &'static [&'static str],
    pub(crate) read: fn(&str) -> Option<T>,
}

impl<T> serde::de::Visitor<'_> for Known<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::document::one_of(self.names))
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<T, E> {
        (self.read)(name).ok_or_else(|| E::unknown_variant(name, self.names))
    }
}

pub(crate) use {closed_enum, open_enum};
