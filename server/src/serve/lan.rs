//! `--lan`: the demo for phones on the same network.

use std::net::{SocketAddr, UdpSocket};

use anyhow::Context;
use florin_server::config::Settings;

/// Binds everything to this machine's address on its network.
pub(super) fn on_network(mut settings: Settings) -> anyhow::Result<Settings> {
    // Nothing is sent: connecting a datagram socket only chooses the way out, and with it our own address.
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.connect("192.0.2.1:9").context("this machine has no network")?;
    let ip = socket.local_addr()?.ip();
    let sandbox: SocketAddr = settings.sandbox_listen.parse().context("--lan needs the sandbox")?;
    settings.listen.set_ip(ip);
    settings.sandbox_listen = SocketAddr::new(ip, sandbox.port()).to_string();
    settings.public_url.get_or_insert(format!("http://{}", settings.listen));
    Ok(settings)
}
