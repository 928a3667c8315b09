//! PostgreSQL over TLS: who is believed, and what is said when nobody is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use florin_server::store::{Store, migrate};

use crate::support::postgres::{address, fresh_database, init, postmaster};

/// A server that takes encrypted connections only, with a certificate for 127.0.0.1.
struct Server {
    folder: PathBuf,
    port: u16,
}

impl Server {
    async fn start() -> Server {
        let folder = std::env::temp_dir().join(format!("florin-tls-{}", std::process::id()));
        let port = florin_proof::free_address().port();
        init(&folder.join("data"));
        certificates(&folder);
        for (name, more) in [
            (
                "postgresql.conf",
                "\nssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n",
            ),
            ("pg_hba.conf", "hostssl all all 127.0.0.1/32 trust\n"),
        ] {
            let file = folder.join("data").join(name);
            let before = if name == "pg_hba.conf" { String::new() } else { read(&file) };
            std::fs::write(&file, before + more).unwrap();
        }
        let mut postgres = postmaster(&folder.join("data"), port);
        // The kernel ends it with the thread that started it.
        std::thread::spawn(move || postgres.spawn().unwrap().wait());
        let server = Server { folder, port };
        for _ in 0..200 {
            if Store::connect_read_only(&server.with("sslmode=require")).await.is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PostgreSQL did not start");
    }

    fn with(&self, query: &str) -> String {
        format!("{}/postgres?{query}", address(self.port))
    }

    /// The same under a name that is not in its certificate.
    fn by_another_name(&self, query: &str) -> String {
        self.with(query).replace("127.0.0.1", "localhost")
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

/// `root.crt` has signed the server's certificate, `other.crt` has not.
fn certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let done = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output();
        let done = done.expect("openssl is needed: run `make setup`");
        assert!(done.status.success(), "{arguments}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    for name in ["root", "other"] {
        openssl(&format!(
            "{new} -keyout {name}.key -out {name}.crt -subj /CN={name} -addext basicConstraints=critical,CA:TRUE"
        ));
    }
    openssl(&format!(
        "{new} -CA root.crt -CAkey root.key -keyout data/server.key -out data/server.crt -subj /CN=server \
         -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE"
    ));
    // PostgreSQL takes no key that others could read, nor one of somebody else's.
    let owner = std::fs::metadata(folder.join("data"))
        .map(|data| std::os::unix::fs::MetadataExt::uid(&data))
        .unwrap();
    for name in ["data/server.key", "data/server.crt"] {
        std::os::unix::fs::chown(folder.join(name), Some(owner), None).unwrap();
        let only_us = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(folder.join(name), only_us).unwrap();
    }
}

async fn refusal(url: &str) -> String {
    match Store::connect(url).await {
        Ok(_) => panic!("{url} was believed"),
        Err(error) => format!("{error:#}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_believed_as_libpq_would_believe_it() {
    let server = Server::start().await;
    let (root, other) = (server.file("root.crt"), server.file("other.crt"));
    // The schema's steps go the same way as everything else.
    let full = server.with(&format!("sslmode=verify-full&sslrootcert={root}"));
    assert!(migrate::apply(&full, &mut |_| {}).await.unwrap() > 10);
    for url in [
        full,
        server.with(&format!("sslmode=verify-ca&sslrootcert={root}")),
        server.by_another_name(&format!("sslmode=verify-ca&sslrootcert={root}")),
        server.with(&format!("sslmode=require&sslrootcert={root}")),
        server.with("sslmode=require"),
        server.with("sslmode=prefer"),
    ] {
        let store = Store::connect(&url).await.unwrap_or_else(|error| panic!("{url}: {error:#}"));
        let text = "select count(*) from pg_stat_ssl where pid = pg_backend_pid() and ssl";
        let encrypted: Option<(i64,)> = store.read().await.unwrap().sql(text).one().await.unwrap();
        assert_eq!(encrypted, Some((1,)), "{url}");
        store.close().await;
    }
    for url in [
        server.with(&format!("sslmode=verify-full&sslrootcert={other}")),
        server.with(&format!("sslmode=verify-ca&sslrootcert={other}")),
        server.with(&format!("sslmode=require&sslrootcert={other}")),
        server.by_another_name(&format!("sslmode=verify-full&sslrootcert={root}")),
        server.with("sslmode=verify-full"),
    ] {
        let refusal = refusal(&url).await;
        assert!(
            refusal.contains("is not believed") && refusal.contains("sslrootcert must name"),
            "{url}: {refusal}"
        );
    }
    let nowhere = refusal(&server.with("sslmode=verify-full&sslrootcert=/nowhere.pem")).await;
    assert!(nowhere.contains("sslrootcert: /nowhere.pem cannot be read"), "{nowhere}");
    let open = refusal(&server.with("sslmode=disable")).await;
    assert!(open.contains("pg_hba.conf"), "this server takes encrypted connections only: {open}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_tls_is_refused_with_what_to_do() {
    let url = fresh_database().await;
    for mode in ["require", "verify-ca", "verify-full"] {
        let refusal = refusal(&format!("{url}?sslmode={mode}")).await;
        assert!(
            refusal.contains("offers no TLS") && refusal.contains("ssl = on"),
            "{mode}: {refusal}"
        );
    }
    Store::connect(&format!("{url}?sslmode=prefer")).await.unwrap().close().await;
}
