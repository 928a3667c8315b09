//! Alipay's answer around its answer (`protocols/alipay.md` 3): one member holds what is said, another signs exactly the
//! text of the first, escapes and order and all. So the text is cut out of the bytes and never written anew.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::codes::{self, Verdict};
use super::sign::Keys;
use super::wire::Answer;
use crate::channel::ChannelError;
use crate::channel::transport::no_answer;

/// What Alipay says when it did not come as far as the method.
const ERROR: &str = "error_response";

/// The answer to `method`, if Alipay signed it. Where it does not know who asks, it cannot sign; then nothing is believed
/// but that we asked wrongly, which changes nothing at Alipay.
pub(super) fn read(keys: &Keys, method: &str, bytes: &[u8]) -> Result<Answer, ChannelError> {
    let members: Members =
        serde_json::from_slice(bytes).map_err(|_| no_answer("the answer cannot be read"))?;
    let name = format!("{}_response", method.replace('.', "_"));
    let (said, is_error) = match (members.0.get(&name), members.0.get(ERROR)) {
        (Some(said), _) => (said.get(), false),
        (None, Some(said)) => (said.get(), true),
        (None, None) => return Err(no_answer("the answer is to something else")),
    };
    let answer: Answer =
        serde_json::from_str(said).map_err(|_| no_answer("the answer cannot be read"))?;
    match members.signature()? {
        Some(signature) => keys.verify(said, &signature).map_err(no_answer)?,
        None if codes::verdict(&answer) == Verdict::Misasked => return Ok(bare(answer)),
        None => return Err(no_answer("the answer is not signed")),
    }
    match codes::verdict(&answer) {
        Verdict::Done | Verdict::Waiting if is_error => Err(no_answer("an error that is none")),
        _ => Ok(answer),
    }
}

/// Without anything that nobody has proved.
fn bare(answer: Answer) -> Answer {
    Answer { code: answer.code, sub_code: answer.sub_code, ..Answer::default() }
}

/// The members of the outermost object, each with its exact text, and none of them twice.
struct Members(BTreeMap<String, Box<RawValue>>);

impl Members {
    fn signature(&self) -> Result<Option<String>, ChannelError> {
        let unreadable = |_| no_answer("its signature is malformed");
        let text = self.0.get("sign").map(|text| serde_json::from_str::<String>(text.get()));
        Ok(text.transpose().map_err(unreadable)?.filter(|text| !text.is_empty()))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Members, D::Error> {
        reader.deserialize_map(Members(BTreeMap::new()))
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object without repeated keys")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Members, A::Error> {
        while let Some((key, text)) = members.next_entry::<String, Box<RawValue>>()? {
            if self.0.insert(key, text).is_some() {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
