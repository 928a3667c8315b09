//! What the kept connections are for: the channels' messages, which carry the truth about money, and the question whether we
//! are well.
//!
//! Who comes can be told apart only by what is asked first, so everybody gets such a connection for a moment: one request, whose
//! head must come soon, and no second one.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use florin_shared::Code;
use metrics::counter;

use crate::Error;
use crate::gates::Class;
use crate::metrics::SHED;

/// The same server, for who may use a kept connection; everybody else is refused at once.
pub(super) fn for_channels(router: Router) -> Router {
    router.layer(middleware::from_fn(only_channels))
}

async fn only_channels(request: Request, next: Next) -> Response {
    let class = Class::of(request.uri().path());
    if matches!(class, Class::Notice | Class::Health) {
        return next.run(request).await;
    }
    counter!(SHED, "class" => class.as_str()).increment(1);
    Error::refused(Code::Busy, "all connections are taken; nothing was done, try again")
        .into_response()
}
