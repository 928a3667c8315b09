//! The page's style, program and pictures, carried in the binary.

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::routing::get;

use crate::Shop;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! assets {
    ($($name:literal $kind:ident;)*) => {
        /// Address, kind and content of each file.
        const ASSETS: &[(&str, &str, &str)] = &[
            $((concat!("/shop/", $name), $kind, include_str!(concat!("../static/", $name))),)*
        ];
    };
}

assets! {
    "shop.css" CSS;
    "shop.js" JS;
    "page.js" JS;
    "basket.js" JS;
    "checkout.js" JS;
    "money.js" JS;
    "texts.js" JS;
    "mark.svg" SVG;
    "hero.svg" SVG;
    "alpine-oolong.svg" SVG;
    "jasmine-pearls.svg" SVG;
    "mountain-mist.svg" SVG;
    "old-grove-black.svg" SVG;
}

pub(crate) fn routes() -> Router<Arc<Shop>> {
    ASSETS.iter().fold(Router::new(), |router, &(address, kind, content)| {
        // No caching: whoever changes a file sees it after the next build, and the files are small.
        let headers = [
            (CONTENT_TYPE, kind),
            (CACHE_CONTROL, "no-cache"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        router.route(address, get(async move || (headers, content)))
    })
}
