//! What happens around every call, whatever the channel: the faults before and after its effect, the signature last.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use crate::book::Unwritten;
use crate::channel::{Headers, Signed};
use crate::connection::Cord;
use crate::faults::{Call, Fault, Hit, Moment, When};
use crate::ledger::Key;
use crate::world::World;

/// Between the first half and the end, so that the half really leaves.
const BREATH: Duration = Duration::from_millis(50);

/// A request as it came in.
pub(crate) struct Heard {
    pub(crate) uri: Uri,
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Heard {
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// A header's text; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What a channel says, before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
}

/// What the caller gets.
pub(crate) enum Spoken {
    Answer(Response),
    /// Nothing at all: the connection ends.
    Silence,
}

/// How a channel signs one answer, and how it says that it does not know.
pub(crate) trait Voice: Sync {
    /// All headers of an answer, the signature among them.
    fn headers(&self, said: &Said, signed: Signed) -> Headers;

    /// The bytes of an answer, for channels whose signature stands within them.
    fn body(&self, said: &Said, _: Signed) -> String {
        said.body.clone()
    }

    /// The outcome is not known, neither good nor bad.
    fn unknown(&self) -> Said;
}

/// A caller who hangs up must not undo what has begun, so the work has a task of its own.
pub(crate) async fn receive(
    cord: Cord,
    work: impl Future<Output = Spoken> + Send + 'static,
) -> Response {
    match tokio::spawn(work).await {
        Ok(Spoken::Answer(response)) => response,
        Ok(Spoken::Silence) => {
            cord.cut();
            StatusCode::OK.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// One admitted call, with the faults that may befall it.
pub(crate) struct Play<'a> {
    pub(crate) world: &'a World,
    pub(crate) voice: &'a dyn Voice,
    pub(crate) call: &'static Call,
    pub(crate) key: &'a Key,
}

impl Play<'_> {
    pub(crate) async fn run(
        &self,
        perform: impl Future<Output = Result<Said, Unwritten>>,
    ) -> Spoken {
        if let Some(spoken) = self.mishap(When::Before).await {
            return spoken;
        }
        let Ok(said) = perform.await else {
            return broken("the book cannot be written");
        };
        if let Some(spoken) = self.mishap(When::After).await {
            return spoken;
        }
        self.answer(&said)
    }

    /// What goes wrong around the call, instead of its answer.
    async fn mishap(&self, when: When) -> Option<Spoken> {
        let struck = |fault| self.strikes(self.moment(fault).when(when));
        if let Some(late) = struck(Fault::Late) {
            tokio::time::sleep(Duration::from_millis(late.ms)).await;
        }
        if struck(Fault::ServerError).is_some() {
            return Some(broken("the channel is out of order"));
        }
        if struck(Fault::LostReply).is_some() {
            return Some(Spoken::Silence);
        }
        struck(Fault::Unknown).map(|_| say(self.voice, &self.voice.unknown(), Signed::Well))
    }

    fn answer(&self, said: &Said) -> Spoken {
        let struck = |fault| self.strikes(self.moment(fault)).is_some();
        if struck(Fault::HalfBody) {
            return say_half(self.voice, said);
        }
        let signed = match () {
            () if struck(Fault::BadSignature) => Signed::Wrongly,
            () if struck(Fault::SignTest) => Signed::AsProbe,
            () => Signed::Well,
        };
        say(self.voice, said, signed)
    }

    fn moment(&self, fault: Fault) -> Moment<'_> {
        Moment::of(fault, self.key).at(self.call)
    }

    fn strikes(&self, moment: Moment<'_>) -> Option<Hit> {
        self.world.strikes(&moment)
    }
}

/// Answers, signed like this.
pub(crate) fn say(voice: &dyn Voice, said: &Said, signed: Signed) -> Spoken {
    Spoken::Answer(with_headers(voice, said, signed, voice.body(said, signed).into()))
}

/// Promises the whole body and ends after half of it; of an empty one nothing comes at all.
fn say_half(voice: &dyn Voice, said: &Said) -> Spoken {
    let body = voice.body(said, Signed::Well);
    if body.is_empty() {
        return Spoken::Silence;
    }
    let half = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
    let rest = stream::once(async {
        tokio::time::sleep(BREATH).await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    let broken = Body::from_stream(stream::iter([Ok(half)]).chain(rest));
    let mut response = with_headers(voice, said, Signed::Well, broken);
    response.headers_mut().insert(header::CONTENT_LENGTH, body.len().into());
    Spoken::Answer(response)
}

fn with_headers(voice: &dyn Voice, said: &Said, signed: Signed, body: Body) -> Response {
    let mut response = Response::builder().status(said.status);
    for (name, value) in voice.headers(said, signed) {
        response = response.header(name, value);
    }
    response.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// A server that does not get as far as the protocol: no JSON, no signature.
fn broken(why: &'static str) -> Spoken {
    Spoken::Answer((StatusCode::INTERNAL_SERVER_ERROR, why).into_response())
}
