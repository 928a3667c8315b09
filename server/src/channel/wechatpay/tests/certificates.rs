//! Platform certificates: what opens and is signed is believed, and how often the list is asked for. The certificates are the sandbox's, made
//! by `openssl ca`; the gateway here signs by whichever it is told to.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::calls::{NOW, QUERY, hear};
use super::*;
use crate::channel::transport::no_answer;
use crate::channel::wechatpay::list;

macro_rules! key {
    ($file:literal) => {
        include_str!(concat!("../../../../sandbox/keys/wechatpay_", $file, ".pem"))
    };
}

pub(in crate::channel::wechatpay) const FIRST: &str = key!("certificate_first");
pub(in crate::channel::wechatpay) const SECOND: &str = key!("certificate_second");
pub(in crate::channel::wechatpay) const EXPIRED: &str = key!("certificate_expired");

const SECRET: &str = "0123456789abcdef0123456789ABCDEF";
const OTHER_SECRET: &str = "fedcba9876543210fedcba9876543210";
const ABSENT: &str = r#"{"code":"ORDER_NOT_EXIST","message":"no"}"#;

/// Serial, certificate, private key.
type Signer = (&'static str, &'static str, &'static str);
const BY_FIRST: Signer =
    ("5157F09EFDC096DE15EBE81A47057A7232F1B8E1", FIRST, key!("certificate_first_private"));
const BY_SECOND: Signer =
    ("0D2F6B1C8E4A97530C1DE2F3A4B5C6D7E8F90A1B", SECOND, key!("certificate_second_private"));
const BY_EXPIRED: Signer =
    ("7132D72A03E93CDDF8C03BBD1F37EEDF8AB3C9E0", EXPIRED, key!("certificate_expired_private"));
const BY_KEY: Signer =
    ("PUB_KEY_ID_0119000000012026111800000000000001", "", key!("platform_private"));

fn listed(secret: &str, (serial, pem, _): Signer, (from, until): (&str, &str)) -> Value {
    let key = UnboundKey::new(&AES_256_GCM, secret.as_bytes()).unwrap();
    let nonce = Nonce::try_assume_unique_for_key(b"61f9c719728a").unwrap();
    let mut sealed = pem.as_bytes().to_vec();
    let aad = Aad::from(b"certificate");
    LessSafeKey::new(key).seal_in_place_append_tag(nonce, aad, &mut sealed).unwrap();
    json!({
        "serial_no": serial, "effective_time": from, "expire_time": until,
        "encrypt_certificate": { "algorithm": "AEAD_AES_256_GCM", "nonce": "61f9c719728a",
            "associated_data": "certificate", "ciphertext": STANDARD.encode(sealed) },
    })
}

const LONG: (&str, &str) = ("2020-01-01T08:00:00+08:00", "2060-01-01T08:00:00+08:00");

fn list_of(secret: &str, signers: &[Signer]) -> String {
    let data: Vec<Value> = signers.iter().map(|signer| listed(secret, *signer, LONG)).collect();
    json!({ "data": data }).to_string()
}

#[test]
fn a_list_opens_by_the_right_key_and_tells_each_certificates_times() {
    let seal = Seal::of(SECRET).unwrap();
    let open = |body: &str| list::opened(&seal, body.as_bytes());
    let both = open(&list_of(SECRET, &[BY_FIRST, BY_SECOND])).unwrap();
    assert_eq!((both[0].serial.as_str(), both[1].serial.as_str()), (BY_FIRST.0, BY_SECOND.0));
    // WeChat Pay gives one up before its own end, and takes none before its beginning.
    let early =
        listed(SECRET, BY_FIRST, ("2020-01-01T08:00:00+08:00", "2026-11-20T12:00:00+08:00"));
    let early = open(&json!({ "data": [early] }).to_string()).unwrap();
    assert_eq!((early[0].from, early[0].until), (both[0].from, 1_795_147_200_000));

    let mut torn = listed(SECRET, BY_FIRST, LONG);
    torn["encrypt_certificate"]["associated_data"] = json!("transaction");
    let renamed = listed(SECRET, (BY_SECOND.0, FIRST, ""), LONG);
    let no_time = listed(SECRET, BY_FIRST, ("yesterday", "tomorrow"));
    let nothing = listed(SECRET, (BY_FIRST.0, "hunter2", ""), LONG);
    let one = |listed: &Value| json!({ "data": [listed] }).to_string();
    for (body, why) in [
        (list_of(OTHER_SECRET, &[BY_FIRST]), "cannot be opened by api_v3_key"),
        (one(&torn), "cannot be opened by api_v3_key"),
        (one(&renamed), "another serial"),
        (one(&no_time), "times cannot be read"),
        (one(&nothing), "a platform certificate cannot be read"),
        (json!({ "data": [] }).to_string(), "has none, or too many"),
        (list_of(SECRET, &[BY_FIRST; 21]), "has none, or too many"),
        ("{}".to_owned(), "cannot be read"),
    ] {
        let refused = open(&body).unwrap_err();
        assert!(refused.contains(why) && !refused.contains("hunter2"), "{refused}");
    }
}

/// What the gateway does now.
struct Plays {
    signs: Signer,
    /// Status and body of the list.
    list: (u16, String),
    fetched: AtomicUsize,
    /// Whoever asks for the list is kept waiting.
    hangs: bool,
}

pub(in crate::channel::wechatpay) struct World(
    Arc<Mutex<Plays>>,
    Arc<std::sync::atomic::AtomicI64>,
);

impl World {
    fn set(&self, of: impl FnOnce(&mut Plays)) {
        of(&mut self.0.lock().unwrap());
    }

    pub(in crate::channel::wechatpay) fn fetched(&self) -> usize {
        self.0.lock().unwrap().fetched.load(Ordering::Relaxed)
    }

    /// Whether whoever asks for the list is kept waiting from now on.
    pub(in crate::channel::wechatpay) fn hang(&self, hangs: bool) {
        self.set(|plays| plays.hangs = hangs);
    }

    fn at(&self, now: Millis) {
        self.1.store(now, Ordering::Relaxed);
    }
}

fn said(plays: &Plays, status: u16, body: &str, at: i64) -> String {
    let (serial, _, pem) = plays.signs;
    let key = rsa::private_key("the platform's", pem).unwrap();
    let signature = rsa::sign(&key, format!("{at}\nn1\n{body}\n").as_bytes()).unwrap();
    format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\nWechatpay-Timestamp: {at}\r\nWechatpay-Nonce: n1\r\n\
         Wechatpay-Serial: {serial}\r\nWechatpay-Signature: {signature}\r\n\r\n{body}",
        body.len()
    )
}

/// A WeChat Pay that knows no order and has these certificates, and an account that names no public key.
pub(in crate::channel::wechatpay) async fn world(
    settings: impl FnOnce(&mut Settings),
) -> (Wechatpay, World) {
    world_within(Limits::default(), settings).await
}

pub(in crate::channel::wechatpay) async fn world_within(
    limits: Limits,
    settings: impl FnOnce(&mut Settings),
) -> (Wechatpay, World) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut account = Settings {
        public_key_id: None,
        public_key: None,
        ..sandbox(&format!("http://{}", listener.local_addr().unwrap()))
    };
    settings(&mut account);
    let list = (200, list_of(SECRET, &[BY_FIRST]));
    let plays = Plays { signs: BY_FIRST, list, fetched: AtomicUsize::new(0), hangs: false };
    let world = World(Arc::new(Mutex::new(plays)), Arc::new(AtomicI64::new(NOW)));
    let (shared, now) = (world.0.clone(), world.1.clone());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let asked = hear(&mut stream).await;
            let at = now.load(Ordering::Relaxed) / 1000;
            let is_list = asked.starts_with("GET /v3/certificates HTTP/1.1\r\n");
            assert!(is_list || asked.starts_with(QUERY), "{asked}");
            if is_list {
                shared.lock().unwrap().fetched.fetch_add(1, Ordering::Relaxed);
            }
            while is_list && shared.lock().unwrap().hangs {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let answer = {
                let plays = shared.lock().unwrap();
                match is_list {
                    true => said(&plays, plays.list.0, &plays.list.1, at),
                    false => said(&plays, 404, ABSENT, at),
                }
            };
            // Whoever was kept waiting may have gone.
            _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let clock = Clock::Set(world.1.clone());
    (Wechatpay::with(&account, limits, clock).unwrap(), world)
}

pub(in crate::channel::wechatpay) async fn found(
    wechatpay: &Wechatpay,
) -> Result<Said, ChannelError> {
    wechatpay.query(&payment()).await.map(|evidence| evidence.said)
}

#[tokio::test]
async fn the_certificates_are_fetched_once_and_then_answers_are_proved_by_them() {
    let (wechatpay, world) = world(|_| ()).await;
    let (one, other, third) = tokio::join!(found(&wechatpay), found(&wechatpay), found(&wechatpay));
    assert_eq!([one, other, third], [const { Ok(Said::NotFound) }; 3]);
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    assert_eq!(world.fetched(), 1, "three at once, and one later");
}

#[tokio::test]
async fn a_new_certificate_is_fetched_when_it_signs_an_answer_and_the_old_one_counts_as_long_as_it_is_listed()
 {
    let (wechatpay, world) = world(|_| ()).await;
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    world.set(|plays| {
        plays.list.1 = list_of(SECRET, &[BY_FIRST, BY_SECOND]);
        plays.signs = BY_SECOND;
    });
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    world.set(|plays| plays.signs = BY_FIRST);
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound), "both count");
    assert_eq!(world.fetched(), 2);
    // It is in no list: one more question at most, whoever asks how often.
    world.set(|plays| plays.signs = BY_EXPIRED);
    for _ in 0..5 {
        let why = Err(no_answer("it is signed by a certificate that WeChat Pay's list has not"));
        assert_eq!(found(&wechatpay).await, why);
    }
    assert_eq!(world.fetched(), 2, "within the minute of the first");
}

#[tokio::test]
async fn a_certificate_is_believed_until_its_end_and_no_longer() {
    let (wechatpay, world) = world(|_| ()).await;
    let ends = listed(SECRET, BY_FIRST, ("2020-01-01T08:00:00+08:00", "2026-11-20T12:00:00+08:00"));
    world.set(|plays| plays.list.1 = json!({ "data": [ends] }).to_string());
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    world.at(1_795_147_200_000);
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    world.at(1_795_147_200_001);
    let refused = found(&wechatpay).await;
    assert!(matches!(&refused, Err(ChannelError::NotSent(_))), "{refused:?}");
}

#[tokio::test]
async fn a_list_that_is_not_proved_is_none_and_then_nothing_is_sent() {
    let not_valid = "it is signed by a certificate that is not valid now";
    for (signs, list, why) in [
        (BY_EXPIRED, list_of(SECRET, &[BY_FIRST, BY_EXPIRED]), not_valid),
        (BY_SECOND, list_of(SECRET, &[BY_FIRST]), "that WeChat Pay's list has not"),
        (
            ("5157F09EFDC096DE15EBE81A47057A7232F1B8E1", "", BY_SECOND.2),
            list_of(SECRET, &[BY_FIRST]),
            "its signature is wrong",
        ),
        (BY_KEY, list_of(SECRET, &[BY_FIRST]), "public key, which this account does not name"),
        (BY_FIRST, list_of(OTHER_SECRET, &[BY_FIRST]), "cannot be opened by api_v3_key"),
    ] {
        let (wechatpay, world) = world(|_| ()).await;
        world.set(|plays| {
            plays.signs = signs;
            plays.list.1 = list;
        });
        let refused = wechatpay.pay(&payment(), &asking()).await;
        assert!(
            matches!(&refused, Err(ChannelError::NotSent(told)) if told.contains(why)),
            "{refused:?}"
        );
        // The next shopper is told the same, and WeChat Pay is not asked again for five seconds.
        let again = found(&wechatpay).await;
        assert!(
            matches!(&again, Err(ChannelError::NotSent(told)) if told.contains(why)),
            "{again:?}"
        );
        assert_eq!(world.fetched(), 1);
    }
}

#[tokio::test]
async fn whoever_tries_the_account_is_told_which_setting_is_wrong() {
    for (list, why) in [
        ((200, list_of(OTHER_SECRET, &[BY_FIRST])), "compare it with the APIv3 key"),
        ((404, r#"{"code":"RESOURCE_NOT_EXISTS"}"#.to_owned()), "name its public key"),
        ((403, r#"{"code":"NO_AUTH"}"#.to_owned()), "HTTP 403"),
    ] {
        let (wechatpay, world) = world(|_| ()).await;
        world.set(|plays| plays.list = list);
        let told = wechatpay.probe(&payment()).await.unwrap_err();
        assert!(told.contains(why), "{told}");
    }
    let (wechatpay, _world) = world(|_| ()).await;
    assert!(wechatpay.probe(&payment()).await.unwrap().contains("knows us"));
}

/// A message of nobody's: it names this serial, and its signature is somebody else's.
fn forged(wechatpay: &Wechatpay, serial: &str) -> bool {
    let at = (NOW / 1000).to_string();
    let header = |name: &str| {
        let value = match name {
            "wechatpay-timestamp" => at.as_str(),
            "wechatpay-nonce" => "n1",
            "wechatpay-serial" => serial,
            "wechatpay-signature" => NOTICE_SIGNATURE,
            _ => return None,
        };
        Some(value.to_owned())
    };
    let body = NOTICE.as_bytes();
    let notification = Notification { path: "/notify/wechatpay", header: &header, body, now: 0 };
    wechatpay.read_notification(&notification).is_err()
}

pub(in crate::channel::wechatpay) async fn settled() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn a_stranger_with_any_serials_makes_us_ask_once_and_keeps_us_from_nothing() {
    let (wechatpay, world) = world(|_| ()).await;
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    for serial in ["PUB_KEY_ID_1", "", "no serial", &"A".repeat(41), BY_FIRST.0] {
        assert!(forged(&wechatpay, serial));
    }
    settled().await;
    assert_eq!(world.fetched(), 1, "none of these could be in a list, or it is held");
    for number in 0..100 {
        assert!(forged(&wechatpay, &format!("{number:040X}")));
        if number == 50 {
            settled().await;
        }
    }
    settled().await;
    assert_eq!(world.fetched(), 2, "once in a minute");
    // What we ask ourselves is signed by a new certificate: the stranger has not used our question up.
    world.set(|plays| {
        plays.list.1 = list_of(SECRET, &[BY_SECOND]);
        plays.signs = BY_SECOND;
    });
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    assert_eq!(world.fetched(), 3);
}

#[tokio::test]
async fn an_account_that_names_a_public_key_never_asks_for_certificates() {
    let known = sandbox("");
    let (wechatpay, world) = world(|account| {
        account.public_key_id = known.public_key_id.clone();
        account.public_key = known.public_key.clone();
    })
    .await;
    wechatpay.listens_at("");
    world.set(|plays| plays.signs = BY_KEY);
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    world.set(|plays| plays.signs = BY_FIRST);
    assert!(found(&wechatpay).await.is_err());
    assert!(forged(&wechatpay, BY_SECOND.0));
    settled().await;
    assert_eq!(world.fetched(), 0);
}

#[tokio::test]
async fn while_an_account_changes_to_the_public_key_both_are_believed() {
    let known = sandbox("");
    let (wechatpay, world) = world(|account| {
        account.other_public_key_id = known.public_key_id.clone();
        account.other_public_key = known.public_key.clone();
    })
    .await;
    for signs in [BY_FIRST, BY_KEY, BY_FIRST] {
        world.set(|plays| plays.signs = signs);
        assert_eq!(found(&wechatpay).await, Ok(Said::NotFound), "{}", signs.0);
    }
    assert_eq!(world.fetched(), 1);
    // And when WeChat Pay has certificates for this merchant no longer.
    let (wechatpay, world) = self::world(|account| {
        account.other_public_key_id = known.public_key_id.clone();
        account.other_public_key = known.public_key.clone();
    })
    .await;
    world.set(|plays| {
        plays.list = (404, r#"{"code":"RESOURCE_NOT_EXISTS"}"#.to_owned());
        plays.signs = BY_KEY;
    });
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    assert_eq!(found(&wechatpay).await, Ok(Said::NotFound));
    assert_eq!(world.fetched(), 1);
}
