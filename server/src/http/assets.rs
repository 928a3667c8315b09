//! The built widget and the shop's page, read once at the start and served from memory.

use std::collections::HashMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use florin_shared::Code;

use super::packed::{gzip, takes};
use crate::{App, Error};

struct Asset {
    kind: &'static str,
    /// The name carries a hash of the content, so it never changes.
    forever: bool,
    plain: Bytes,
    /// As the build has packed it.
    brotli: Option<Bytes>,
    /// For whoever takes no Brotli: browsers take it over https only, and a phone that tries the demo out comes by http. Made
    /// when it is first asked for.
    gzip: OnceLock<Option<Bytes>>,
}

impl Asset {
    /// The file as somebody takes it, and its encoding if it has one. What has no packed neighbour is not worth it.
    fn body(&self, asked: &HeaderMap) -> (Bytes, Option<&'static str>) {
        let packed = match &self.brotli {
            Some(brotli) if takes(asked, "br") => Some((brotli.clone(), "br")),
            Some(_) if takes(asked, "gzip") => {
                let gzip = self.gzip.get_or_init(|| gzip(&self.plain).map(Bytes::from));
                gzip.clone().map(|gzip| (gzip, "gzip"))
            }
            Some(_) | None => None,
        };
        match packed {
            Some((body, encoding)) => (body, Some(encoding)),
            None => (self.plain.clone(), None),
        }
    }
}

/// Every file of the folder, by its name.
#[derive(Clone)]
pub struct Assets(Arc<HashMap<String, Asset>>);

/// A file whose name changes with its contents, and what the loader expects in it.
#[derive(Clone, Debug)]
pub struct File {
    /// The name, at the server's address.
    pub name: String,
    /// `sha256-…`.
    pub integrity: String,
}

impl Assets {
    /// Reads the folder.
    pub fn of(folder: Option<PathBuf>) -> Assets {
        Assets(Arc::new(folder.map(|folder| read(&folder)).unwrap_or_default()))
    }

    /// The files whose hashes the loader of this build has, which is how it names them; those of builds before may still
    /// lie beside them.
    pub fn named(&self) -> Vec<File> {
        let loader = self.0.get("florin.js").map(|asset| asset.plain.clone()).unwrap_or_default();
        let loader = String::from_utf8_lossy(&loader);
        let of_loader = |(name, asset): (&String, &Asset)| {
            let digest = STANDARD.encode(digest(&SHA256, &asset.plain));
            let is_named = asset.forever && loader.contains(&digest);
            let integrity = format!("sha256-{digest}");
            is_named.then(|| File { name: name.clone(), integrity })
        };
        self.0.iter().filter_map(of_loader).collect()
    }
}

/// `/` and every file of the folder, at its own name.
pub fn routes(assets: Assets) -> Router<App> {
    let (page, files) = (assets.clone(), assets);
    Router::new()
        .route(
            "/",
            get(async move |request: Request| serve(&page, "index.html", request.headers())),
        )
        .route(
            "/{*file}",
            get(async move |Path(file): Path<String>, request: Request| {
                serve(&files, &file, request.headers())
            }),
        )
}

fn read(folder: &FilePath) -> HashMap<String, Asset> {
    let mut found = HashMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Some((name, asset)) = asset(folder, &path) {
                found.insert(name, asset);
            }
        }
    }
    found
}

fn asset(folder: &FilePath, path: &FilePath) -> Option<(String, Asset)> {
    let name = path.strip_prefix(folder).ok()?.to_str()?.to_owned();
    let kind = kind(&name)?;
    let beside = format!("{}.br", path.to_str()?);
    let plain = Bytes::from(std::fs::read(path).ok()?);
    let brotli = std::fs::read(beside).ok().map(Bytes::from);
    let (forever, gzip) = (is_hashed(&name), OnceLock::new());
    Some((name, Asset { kind, forever, plain, brotli, gzip }))
}

fn kind(name: &str) -> Option<&'static str> {
    match name.rsplit('.').next()? {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "json" => Some("application/json"),
        "wasm" => Some("application/wasm"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        _ => None,
    }
}

/// The widget's build puts twelve characters of the content's hash behind the last hyphen.
fn is_hashed(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn serve(assets: &Assets, name: &str, asked: &HeaderMap) -> Response {
    let Some(asset) = assets.0.get(name) else {
        let sentence = if name == "index.html" {
            "the shop's page has not been built; run `make run`, or `trunk build --release` and set FLORIN_ASSETS_DIR"
        } else {
            "there is nothing at this address"
        };
        return Error::refused(Code::NoSuchAddress, sentence).into_response();
    };
    let (body, encoding) = asset.body(asked);
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let life = if asset.forever { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(life));
    // Pages under COEP may load the widget too.
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::Assets;

    #[test]
    fn a_page_has_fetched_early_what_the_loader_of_this_build_names() {
        let folder = std::env::temp_dir().join(format!("florin-assets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in [
            ("florin.js", r#"x("florin","ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=","wasm")"#),
            ("florin-abcdefghijk1.wasm", "abc"),
            ("florin-abcdefghijk2.wasm", "of the build before"),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let named = Assets::of(Some(folder.clone())).named();
        std::fs::remove_dir_all(folder).unwrap();
        let named: Vec<_> = named.iter().map(|file| (&*file.name, &*file.integrity)).collect();
        let abc = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        assert_eq!(named, [("florin-abcdefghijk1.wasm", abc)]);
        assert!(Assets::of(None).named().is_empty());
    }

    #[test]
    fn a_file_is_sent_as_small_as_its_reader_takes_it() {
        let folder = std::env::temp_dir().join(format!("florin-packed-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let long = "let it be long;".repeat(100);
        for (name, text) in [("a.js", &*long), ("a.js.br", "brotli"), ("b.js", &*long)] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let assets = Assets::of(Some(folder.clone()));
        std::fs::remove_dir_all(folder).unwrap();
        let sent = |name: &str, accepted: &'static str| {
            let value = HeaderValue::from_static(accepted);
            let asked = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]);
            assets.0[name].body(&asked)
        };
        assert_eq!(sent("a.js", "gzip, br"), ("brotli".into(), Some("br")));
        let (gzip, encoding) = sent("a.js", "gzip, deflate");
        assert_eq!((gzip.starts_with(&[0x1f, 0x8b]), encoding), (true, Some("gzip")));
        assert!(gzip.len() * 10 < long.len());
        assert_eq!(sent("a.js", ""), (long.clone().into(), None));
        assert_eq!(sent("b.js", "gzip, br"), (long.clone().into(), None));
    }
}
