//! Values that have a name in addresses and one for people.

/// A word that names no filter or order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord;

/// The words for the values of a type: in addresses, and for people.
macro_rules! words {
    ($type:ident: $($variant:ident = $id:literal $label:literal),+) => {
        impl $type {
            /// Every value, in the order in which people see them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name in addresses.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id),+
                }
            }

            /// Its name for people.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label),+
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::words::UnknownWord;

            fn from_str(id: &str) -> Result<Self, $crate::words::UnknownWord> {
                Self::ALL.iter().copied().find(|value| value.id() == id).ok_or($crate::words::UnknownWord)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.id())
            }
        }
    };
}
pub(crate) use words;
