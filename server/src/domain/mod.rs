//! Decisions: what should happen, as values. No async, no input or output, no clock; whoever calls carries them out.

pub mod account;
pub mod address;
pub mod contrast;
pub mod credit;
pub mod creditor;
pub mod entered;
pub mod fee;
pub mod looks;
pub mod numbers;
pub mod offer;
pub mod order;
pub mod pace;
pub mod payment;
pub mod reversal;
pub mod scanned;
pub mod scene;
pub mod session;
pub mod webhook;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$word_doc])* $word,)* }

        impl $name {
            /// Every word, in rising order.
            pub const ALL: &[$name] = &[$($name::$word,)*];

            /// The word as it is stored.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$word => $text,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = florin_shared::Malformed;

            fn from_str(text: &str) -> Result<$name, florin_shared::Malformed> {
                $name::ALL.iter().copied().find(|word| word.as_str() == text)
                    .ok_or(florin_shared::Malformed(stringify!($name)))
            }
        }
    };
}
pub(crate) use words;
