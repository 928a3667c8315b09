//! A merchant's endpoints that keep everything that comes, with the simulated time at which it came.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use florin_proof::merchant::{Heard, Message};
use florin_server::clock::Millis;
use tokio::net::TcpListener;

/// A message that came, taken or not.
#[derive(Clone, Debug)]
pub struct Came {
    pub at: Millis,
    pub is_taken: bool,
    pub message: Message,
}

impl Came {
    pub fn seq(&self) -> u64 {
        self.message.body()["data"]["seq"].as_u64().unwrap()
    }

    pub fn order(&self) -> String {
        self.message.body()["data"]["trans_id"].as_str().unwrap().to_owned()
    }
}

/// The endpoints: each path is one.
#[derive(Clone)]
pub struct Ear {
    pub url: String,
    clock: Arc<AtomicI64>,
    came: Arc<Mutex<Vec<Came>>>,
    broken: Arc<Mutex<BTreeSet<String>>>,
}

impl Ear {
    pub async fn start(clock: Arc<AtomicI64>) -> Ear {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ear = Ear { url, clock, came: Arc::default(), broken: Arc::default() };
        let router = Router::new().route("/{path}", post(hear)).with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        ear
    }

    /// From now on this one answers 500.
    pub fn breaks(&self, path: &str) {
        self.broken.lock().unwrap().insert(path.to_owned());
    }

    pub fn heals(&self, path: &str) {
        self.broken.lock().unwrap().remove(path);
    }

    /// What came there, in the order in which it came.
    pub fn came(&self, path: &str) -> Vec<Came> {
        let came = self.came.lock().unwrap();
        came.iter().filter(|one| one.message.path == path).cloned().collect()
    }

    /// What was taken there, as the comparison of the books has it.
    pub fn heard(&self, path: &str, secret: &str) -> Heard {
        let taken = self.came(path).into_iter().filter(|one| one.is_taken);
        let messages = taken.map(|one| one.message).collect();
        Heard { messages, refused: Vec::new(), secrets: vec![secret.to_owned()] }
    }
}

async fn hear(
    State(ear): State<Ear>,
    Path(path): Path<String>,
    headers: HeaderMap,
    raw: Bytes,
) -> StatusCode {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let is_taken = !ear.broken.lock().unwrap().contains(&path);
    let message = Message {
        path,
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        raw: String::from_utf8(raw.to_vec()).unwrap(),
    };
    let at = ear.clock.load(Ordering::SeqCst);
    ear.came.lock().unwrap().push(Came { at, is_taken, message });
    if is_taken { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
}
