//! Enums whose values have names: at rest, in addresses, in files and on the command line.

use thiserror::Error;

/// Makes an enum whose values have names. After the name of the enum comes what one value is, for the message about a name
/// that none has; after the name of a value, with every value or with none, what people read.
///
/// It has `ALL`, in the order in which the values are written, `id` and, if there are such texts, `label`; it is written and
/// read as its name.
#[macro_export]
macro_rules! named {
    (@label $type:ident $vis:vis $($variant:ident),+) => {};
    (@label $type:ident $vis:vis $($variant:ident $label:literal),+) => {
        impl $type {
            /// Its name for people.
            $vis const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label),+
                }
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis enum $type:ident: $what:literal {
            $($(#[$of_variant:meta])* $variant:ident = $id:literal $($label:literal)?),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        $vis enum $type {
            $($(#[$of_variant])* $variant),+
        }

        impl $type {
            /// Every value, in order.
            $vis const ALL: [Self; [$($id),+].len()] = [$(Self::$variant),+];

            /// Its name.
            $vis const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id),+
                }
            }
        }

        $crate::named!(@label $type $vis $($variant $($label)?),+);

        impl ::std::fmt::Display for $type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.id())
            }
        }

        impl ::std::str::FromStr for $type {
            type Err = $crate::UnknownName;

            fn from_str(id: &str) -> Result<Self, $crate::UnknownName> {
                Self::ALL
                    .into_iter()
                    .find(|value| value.id() == id)
                    .ok_or_else(|| $crate::UnknownName::of(id, $what, &[$($id),+]))
            }
        }
    };
}

/// A name that no value of a [`named!`](crate::named!) enum has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("“{name}” is not {what}; expected {}", any_of(.expected))]
pub struct UnknownName {
    name: String,
    what: &'static str,
    expected: &'static [&'static str],
}

impl UnknownName {
    /// `name` is not `what`, which `expected` are.
    pub fn of(name: &str, what: &'static str, expected: &'static [&'static str]) -> Self {
        let name = name.chars().take(40).collect();
        Self { name, what, expected }
    }
}

fn any_of(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::any_of;

    named! {
        /// A way to go.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Way: "a way" {
            Left = "to-the-left" "Left",
            /// The same as back, in the end.
            Ahead = "ahead" "Straight ahead",
        }
    }

    #[test]
    fn a_name_is_read_as_it_is_written() {
        assert_eq!(Way::ALL, [Way::Left, Way::Ahead]);
        for way in Way::ALL {
            assert_eq!(way.to_string().parse(), Ok(way));
        }
        assert_eq!((Way::Left.id(), Way::Left.label()), ("to-the-left", "Left"));
    }

    #[test]
    fn a_name_that_no_value_has_is_cut_and_said() {
        let message = |name: &str| name.parse::<Way>().unwrap_err().to_string();
        assert_eq!(
            message("Left"),
            "“Left” is not a way; expected to-the-left or ahead"
        );
        assert_eq!(
            message(&"é".repeat(50)),
            format!("“{}” is not a way; expected to-the-left or ahead", "é".repeat(40))
        );
    }

    #[test]
    fn names_are_listed_with_commas_and_or() {
        assert_eq!(any_of(&["a"]), "a");
        assert_eq!(any_of(&["a", "b"]), "a or b");
        assert_eq!(any_of(&["a", "b", "c"]), "a, b or c");
    }
}
