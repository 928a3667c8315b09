//! A signed message on its way: byte for byte as somebody sends it.

use std::sync::LazyLock;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::antom;

/// The headers that prove, and the raw body.
#[derive(Clone, Debug)]
pub struct Notice {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

static HTTP: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

impl Notice {
    /// As Antom sends it.
    pub fn signed(body: Value) -> Notice {
        let body = body.to_string();
        Notice { headers: antom::signed(body.as_bytes()).to_vec(), body: body.into_bytes() }
    }

    /// Sends it; gives the status of the answer.
    pub async fn post(&self, base: &str) -> u16 {
        self.try_post(base).await.unwrap()
    }

    /// The same, where the connection may be cut before the whole body is sent.
    pub async fn try_post(&self, base: &str) -> reqwest::Result<u16> {
        let mut request = HTTP.post(format!("{base}/notify/antom")).body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = request.header("content-type", "application/json").send().await?;
        Ok(response.status().as_u16())
    }

    fn raw(&self) -> Vec<u8> {
        let mut text = "POST /notify/antom HTTP/1.1\r\nhost: a\r\nconnection: close\r\n".to_owned();
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
