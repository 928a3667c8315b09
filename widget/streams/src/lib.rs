//! Stands in for the crate of this name in the widget's build.
//!
//! Leptos always brings its server functions, and they bring the real crate, whose three exported classes no linker can
//! take out: 3 KB of WebAssembly that nothing in the widget asks for. Here is what server functions name of it, and a
//! refusal to anyone who calls one.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use wasm_bindgen::{JsValue, throw_str};

/// A stream of the browser's.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Takes the browser's stream.
    pub fn from_raw(raw: web_sys::ReadableStream) -> ReadableStream {
        ReadableStream(raw)
    }

    /// Refuses: the widget has no server functions.
    pub fn from_stream(
        _items: impl Stream<Item = Result<JsValue, JsValue>> + 'static,
    ) -> ReadableStream {
        refuse()
    }

    /// The browser's stream.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// Refuses when it is read: the widget has no server functions.
    pub fn into_stream(self) -> NoStream {
        NoStream
    }
}

/// What a stream would be read by.
#[derive(Debug)]
pub struct NoStream;

impl Stream for NoStream {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        refuse()
    }
}

fn refuse() -> ! {
    throw_str("Florin's widget is built without the streams of server functions")
}
