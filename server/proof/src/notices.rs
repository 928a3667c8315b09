//! What a stranger, or a channel that has lost its mind, may send to a channel's door `/notify`, and may write into a statement file: for the fuzz targets
//! (`server/fuzz`), and for `cargo test` in small.
//!
//! The input is bytes. The first of them says who speaks. A channel, if it is even: the rest is what stands under its own, right
//! signature, so that the reader behind the proof is reached. A stranger, if it is odd: the rest are changes to a genuine message.
//! Nothing may panic; and what a stranger has changed is refused, or says what the genuine one says.

mod dice;
mod seeds;
mod sender;

use florin_server::channel::statement::{self, Statement, What};
use florin_server::channel::{Channel, Notice, Notification};
use florin_server::clock::Clock;

pub use dice::Dice;
use sender::Sender;

/// Every reader of messages that there is; the six schemes of codes between banks have one, and so have the gateways of our own protocol.
pub const READERS: [&str; 7] =
    ["antom", "wechatpay", "alipay", "unionpay", "lakala", "vietqr", "ecny"];

/// A message on its way: the bytes of its headers' values, as of its body, are whatever somebody makes of them.
#[derive(Clone, Debug)]
pub struct Message {
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

/// A channel's door, with a genuine message that has come through it.
pub struct Door {
    channel: Box<dyn Channel>,
    sender: Sender,
    path: String,
    genuine: Message,
    said: Notice,
}

impl Door {
    /// The door of the channel of this name, with the sandbox's account and keys.
    ///
    /// # Errors
    /// A name that is none, keys that cannot be read, a genuine message that is refused.
    pub fn of(name: &str) -> anyhow::Result<Door> {
        let (channel, sender) = Sender::of(name)?;
        let path = format!("/notify/{name}");
        let genuine = sender.sign(&path, seeds::of(name)[0].as_bytes());
        let said = read(channel.as_ref(), &path, &genuine).map_err(anyhow::Error::msg)?;
        Ok(Door { channel, sender, path, genuine, said })
    }

    /// What the corpus begins with: a channel's own messages, as inputs.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        let name = self.path.trim_start_matches("/notify/");
        seeds::of(name).iter().map(|seed| [b"\0", seed.as_bytes()].concat()).collect()
    }

    /// Somebody knocks. Says what was understood.
    ///
    /// # Panics
    /// When a stranger is believed. That is what is looked for.
    pub fn knock(&self, input: &[u8]) -> Result<Notice, &'static str> {
        let Some((who, rest)) = input.split_first() else { return Err("nothing was sent") };
        if who % 2 == 0 {
            let message = self.sender.sign(&self.path, rest);
            return read(self.channel.as_ref(), &self.path, &message);
        }
        let message = self.genuine.changed(rest);
        let said = read(self.channel.as_ref(), &self.path, &message);
        if let Ok(said) = &said {
            assert_eq!(*said, self.said, "a stranger is believed: {message:?}");
        }
        said
    }
}

/// A statement file that anybody may have made: it is read or refused, and what is read of it can be kept.
///
/// # Panics
/// When it is neither. That is what is looked for.
pub fn statement(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(statements) = statement::read(text) else { return };
    for Statement { account, .. } in &statements {
        for line in statement::of_account(&statements, account, "EUR") {
            let What::Credit(credit) = line.what else { continue };
            assert!(credit.amount.minor() > 0 && !credit.id.is_empty(), "{credit:?}");
        }
    }
}

fn read(channel: &dyn Channel, path: &str, message: &Message) -> Result<Notice, &'static str> {
    let header = |name: &str| {
        let found = message.headers.iter().find(|(of, _)| of.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| String::from_utf8(value.clone()).ok())
    };
    let notification =
        Notification { path, header: &header, body: &message.body, now: Clock::System.now() };
    channel.read_notification(&notification).map_err(|forged| forged.0)
}

impl Message {
    /// Changes it, five bytes a change: what is done, to which part, where (two bytes), and the new byte.
    fn changed(&self, changes: &[u8]) -> Message {
        let mut message = self.clone();
        for change in changes.chunks_exact(5) {
            let &[what, part, high, low, byte] = change else { continue };
            let part = usize::from(part) % (1 + message.headers.len());
            let text = match part.checked_sub(1) {
                None => &mut message.body,
                Some(header) => &mut message.headers[header].1,
            };
            let at = usize::from(u16::from_be_bytes([high, low])) % (text.len() + 1);
            match what % 4 {
                0 if at < text.len() => text[at] = byte,
                1 if at < text.len() => drop(text.remove(at)),
                2 => text.truncate(at),
                _ => text.insert(at, byte),
            }
        }
        message
    }
}

#[cfg(test)]
mod tests;
