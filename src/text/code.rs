//! Codes, which hosts count and translate.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// A stable code, such as `no_eligible`: for counting, for translation, for a `match`. Texts change, codes do not.
///
/// The crate's own codes are borrowed; a code of the host, or one read back from storage, is owned.
///
/// ```
/// use leadkit::text::Code;
///
/// let code = Code::from("no_eligible");
/// assert_eq!(code, "no_eligible");
/// assert_eq!(serde_json::to_string(&code)?, "\"no_eligible\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// The code as text, such as `unknown_field`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Code {
    fn from(code: &'static str) -> Code {
        Code(Cow::Borrowed(code))
    }
}

impl From<String> for Code {
    fn from(code: String) -> Code {
        Code(Cow::Owned(code))
    }
}

impl Deref for Code {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Gives an enumeration its `code` and the list of all codes from one table.
macro_rules! codes {
    ($name:ident { $($pattern:pat => $code:literal,)* }) => {
        impl $name {
            /// Every code.
            pub const CODES: &'static [&'static str] = &[$($code,)*];

            /// The stable code, for counting and translation.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $($pattern => $code,)*
                }
            }
        }
    };
}

pub(crate) use codes;
