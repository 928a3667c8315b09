//! A signed message on its way: byte for byte as somebody sends it.

use std::sync::LazyLock;
use std::time::Duration;

use florin_server::clock::Stopwatch;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{alipay, antom};

/// The headers that prove, and the raw body.
#[derive(Clone, Debug)]
pub struct Notice {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    path: &'static str,
    kind: &'static str,
}

static HTTP: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

impl Notice {
    /// As Antom sends it.
    pub fn signed(body: Value) -> Notice {
        let body = body.to_string();
        let (path, kind) = ("/notify/antom", "application/json");
        let headers = antom::signed(body.as_bytes()).to_vec();
        Notice { headers, body: body.into_bytes(), path, kind }
    }

    /// As Alipay sends it: the proof is in the form.
    pub fn form(order_id: &str, yuan: &str, fields: &[(&str, &str)]) -> Notice {
        let body = alipay::saying(order_id, yuan, fields).into_bytes();
        let (path, kind) = ("/notify/alipay", "application/x-www-form-urlencoded");
        Notice { headers: Vec::new(), body, path, kind }
    }

    /// Sends it twice at once to each of these; gives the statuses, and how long each answer took.
    pub async fn twice_at_each(&self, bases: &[String]) -> Vec<(u16, Duration)> {
        let answers = bases.iter().flat_map(|base| [base, base]).map(async |base| {
            let asked = Stopwatch::start();
            (self.post(base).await, asked.time())
        });
        futures_util::future::join_all(answers).await
    }

    /// Sends it; gives the status of the answer.
    pub async fn post(&self, base: &str) -> u16 {
        self.try_post(base).await.unwrap()
    }

    /// The same, where the connection may be cut before the whole body is sent.
    pub async fn try_post(&self, base: &str) -> reqwest::Result<u16> {
        let mut request = HTTP.post(format!("{base}{}", self.path)).body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = request.header("content-type", self.kind).send().await?;
        Ok(response.status().as_u16())
    }

    fn raw(&self) -> Vec<u8> {
        let mut text = format!("POST {} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n", self.path);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("content-length: {}\r\n\r\n", self.body.len());
        [text.as_bytes(), &self.body].concat()
    }
}

/// So many connections, each one byte short of the whole message; then that byte on all of them (last-byte
/// synchronisation). Gives the statuses.
pub async fn at_the_same_moment(bases: &[String], notice: &Notice, many: usize) -> Vec<u16> {
    let raw = notice.raw();
    let (last, most) = raw.split_last().unwrap();
    let mut connections = Vec::new();
    for number in 0..many {
        let base = bases[number % bases.len()].trim_start_matches("http://");
        let mut connection = TcpStream::connect(base).await.unwrap();
        connection.set_nodelay(true).unwrap();
        connection.write_all(most).await.unwrap();
        connections.push(connection);
    }
    for connection in &mut connections {
        connection.write_all(&[*last]).await.unwrap();
    }
    let answers = connections.into_iter().map(async |mut connection| {
        let mut text = String::new();
        connection.read_to_string(&mut text).await.unwrap();
        text.split(' ').nth(1).unwrap_or_default().parse().unwrap()
    });
    futures_util::future::join_all(answers).await
}
