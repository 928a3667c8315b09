//! The smallest HTTP/1.1 client that keeps its connection: what is measured is the server, and both sides share two
//! cores.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// One connection.
pub(crate) struct Client {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
}

/// An answer: its status, whether it says when to come again, and its body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) says_when: bool,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// Connects to `host:port`.
    pub(crate) async fn connect(host: &str) -> anyhow::Result<Client> {
        let stream =
            TcpStream::connect(host).await.with_context(|| format!("connecting to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Client { stream, host: host.to_owned(), buffer: Vec::with_capacity(16 * 1024) })
    }

    /// The same from one of fifty addresses of this machine: each has ports of its own, and one alone has too few.
    pub(crate) async fn connect_from(number: usize, host: &str) -> anyhow::Result<Client> {
        let stream = stream_from(number, host).await?;
        Ok(Client { stream, host: host.to_owned(), buffer: Vec::with_capacity(2 * 1024) })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        key: &str,
        body: &str,
    ) -> anyhow::Result<Answer> {
        let request = request(&self.host, method, path, key, body);
        self.send(request.as_bytes()).await
    }

    /// Sends bytes that are a request already.
    pub(crate) async fn send(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = self.head().await?;
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.get(9..12).context("no status")?.parse()?;
        let length = length(text)?;
        let says_when = status == 503 && text.to_ascii_lowercase().contains("\r\nretry-after:");
        while self.buffer.len() < head + length {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the body breaks off");
        }
        Ok(Answer { status, says_when, body: self.buffer[head..head + length].to_vec() })
    }

    /// Reads until the headers are there, and gives where they end.
    async fn head(&mut self) -> anyhow::Result<usize> {
        loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                return Ok(at + 4);
            }
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the connection was closed");
        }
    }
}

/// A connection to `host:port` from one of fifty addresses of this machine.
pub(crate) async fn stream_from(number: usize, host: &str) -> anyhow::Result<TcpStream> {
    let last = u8::try_from(number % 50)? + 2;
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, last], 0)))?;
    let stream = socket.connect(host.parse()?).await;
    let stream = stream.with_context(|| format!("connecting to {host}"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn length(head: &str) -> anyhow::Result<usize> {
    for line in head.lines() {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            return Ok(value.trim().parse()?);
        }
    }
    anyhow::bail!("no content-length")
}

/// A request as bytes on the wire.
pub(crate) fn request(host: &str, method: &str, path: &str, key: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
